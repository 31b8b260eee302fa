package io.fourtuple.nic.tap;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Just enough of an IPv4 host to prove a NIC, without the stack: answers ARP and ping, and takes one TCP connection at
 * a time, from which it reads {@link #REQUEST} octets and which it then answers with one super-frame and a FIN.
 */
final class TinyHost {
    /** What it reads before it answers. */
    static final int REQUEST = 4 << 20;
    /** What it answers: forty segments. */
    static final int RESPONSE = 40 * 1448;

    private static final int IP = 14;
    private static final int TCP = 34;
    private static final int PAYLOAD = 54;
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int PSH = 8;
    private static final int ACK = 16;
    private static final int ISN = -1000;
    private static final byte[] SYN_OPTIONS = {2, 4, 0x05, (byte) 0xb4, 1, 3, 3, 7};

    private final MacAddress mac;
    private final FrameSink sink;
    private final boolean offload;
    private final TransmitOffload work = new TransmitOffload();
    private int rcvNxt;
    private int received;

    /** The longest frame that came. */
    int longest;
    /** The largest segment size of a merged frame that came. */
    int gsoSize;
    /** Whether each TCP frame was vouched for. */
    boolean allVerified = true;
    /** The connection was answered and its peer has closed it. */
    final CompletableFuture<Integer> done = new CompletableFuture<>();

    TinyHost(MacAddress mac, FrameSink sink, boolean offload) {
        this.mac = mac;
        this.sink = sink;
        this.offload = offload;
    }

    static byte[] response() {
        byte[] octets = new byte[RESPONSE];
        for (int i = 0; i < RESPONSE; i++) {
            octets[i] = (byte) (i * 31 + (i >> 8));
        }
        return octets;
    }

    void receive(Frame frame) {
        ByteBuffer in = ByteBuffer.wrap(frame.bytes());
        longest = Math.max(longest, in.remaining());
        gsoSize = Math.max(gsoSize, frame.gsoSize());
        int type = in.getShort(12) & 0xffff;
        if (type == 0x0806 && in.getShort(20) == 1) {
            answerArp(in);
        } else if (type == 0x0800 && in.get(23) == 1 && in.get(TCP) == 8) {
            answerPing(in);
        } else if (type == 0x0800 && in.get(23) == 6) {
            allVerified &= frame.checksumVerified();
            receiveTcp(in);
        }
    }

    private void answerArp(ByteBuffer in) {
        ByteBuffer out = ethernet(in, 0x0806);
        out.putInt(0x0001_0800).putShort((short) 0x0604).putShort((short) 2);
        putMac(out, mac);
        out.putInt(in.getInt(38)).put(in.slice(22, 10));
        sink.transmit(out.position(), work.clear());
    }

    private void answerPing(ByteBuffer in) {
        ByteBuffer out = ethernet(in, 0x0800);
        out.put(in.slice(IP, in.limit() - IP));
        out.putInt(26, in.getInt(30)).putInt(30, in.getInt(26)).put(TCP, (byte) 0);
        int length = out.position();
        out.putShort(TCP + 2, (short) 0);
        out.putShort(TCP + 2, (short) Checksum.finish(Checksum.sum(out, TCP, length - TCP)));
        sink.transmit(length, work.clear());
    }

    private void receiveTcp(ByteBuffer in) {
        int flags = in.get(TCP + 13);
        int header = (in.get(TCP + 12) & 0xf0) >> 2;
        int payload = (in.getShort(IP + 2) & 0xffff) - 20 - header;
        int seq = in.getInt(TCP + 4);
        if ((flags & SYN) != 0) {
            rcvNxt = seq + 1;
            received = 0;
            send(in, SYN | ACK, ISN, SYN_OPTIONS, new byte[0]);
            return;
        }
        if (seq == rcvNxt && payload > 0) {
            rcvNxt += payload;
            received += payload;
            if (received == REQUEST) {
                send(in, ACK | PSH, ISN + 1, new byte[0], response());
                send(in, ACK | FIN, ISN + 1 + RESPONSE, new byte[0], new byte[0]);
                return;
            }
        }
        boolean finished = (flags & FIN) != 0 && seq + payload == rcvNxt;
        if (finished) {
            rcvNxt++;
        }
        if (payload > 0 || finished) {
            send(in, ACK, ISN + 1 + (received == REQUEST ? RESPONSE + 1 : 0), new byte[0], new byte[0]);
        }
        if (finished) {
            done.complete(received);
        }
    }

    private void send(ByteBuffer in, int flags, int seq, byte[] options, byte[] payload) {
        ByteBuffer out = ethernet(in, 0x0800);
        int tcpLength = 20 + options.length + payload.length;
        out.putShort((short) 0x4500).putShort((short) (20 + tcpLength)).putInt(0x4000);
        out.putShort((short) 0x4006).putShort((short) 0).putInt(in.getInt(30)).putInt(in.getInt(26));
        out.putShort(24, (short) Checksum.finish(Checksum.sum(out, IP, 20)));
        out.putShort(in.getShort(TCP + 2)).putShort(in.getShort(TCP)).putInt(seq).putInt(rcvNxt);
        out.put((byte) ((20 + options.length) << 2)).put((byte) flags).putShort((short) 0xffff).putInt(0);
        out.put(options).put(payload);
        IpAddress source = IpAddress.ofV4(out.getInt(26));
        int pseudo = Checksum.pseudoHeader(source, IpAddress.ofV4(out.getInt(30)), 6, tcpLength);
        work.clear();
        if (offload) {
            out.putShort(TCP + 16, (short) Checksum.fold(pseudo));
            work.checksum = true;
            work.checksumStart = TCP;
            work.checksumOffset = 16;
            work.segmentSize = payload.length > 1460 ? 1448 : 0;
            work.headerLength = PAYLOAD + options.length;
        } else {
            out.putShort(TCP + 16, (short) Checksum.finish(pseudo + Checksum.sum(out, TCP, tcpLength)));
        }
        sink.transmit(out.position(), work);
    }

    private ByteBuffer ethernet(ByteBuffer in, int type) {
        ByteBuffer out = sink.frame();
        out.put(in.slice(6, 6));
        putMac(out, mac);
        return out.putShort((short) type);
    }

    private static void putMac(ByteBuffer out, MacAddress mac) {
        out.putShort((short) (mac.bits() >>> 32)).putInt((int) mac.bits());
    }
}
