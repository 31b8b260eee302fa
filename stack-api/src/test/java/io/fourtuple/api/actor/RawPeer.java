package io.fourtuple.api.actor;

import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A peer without TCP: the test says which segments it sends to one port of a stack, and sees which come back. It sends
 * nothing on its own but ARP. Its ports have sequence numbers that start at 0.
 */
final class RawPeer {
    private static final int IRS = 0;

    private final Nic nic;
    private final IpHost ip;
    private final IpAddress local;
    private final IpAddress remote;
    private final int remotePort;
    private static final int HEADER = EthernetHeader.LENGTH;
    private static final int PLAIN = 5;

    private final OutboundSegment out = new OutboundSegment();
    private final List<Boolean> routed = new ArrayList<>();
    private SourceRoute way = SourceRoute.NONE;
    private String lastOptions = "";
    private final Semaphore readable = new Semaphore(0);
    private final Map<Integer, Queue<TcpSegment>> arrived = new HashMap<>();
    /** Acknowledgment number of each port's next segment. */
    private final Map<Integer, Integer> acks = new HashMap<>();

    /** At this end of a wire, with this address, towards one port of the stack at the other end. */
    RawPeer(Nic nic, String address, String remote, int remotePort) {
        this.nic = nic;
        this.remote = IpAddress.parse(remote);
        this.remotePort = remotePort;
        InterfaceAddress own = InterfaceAddress.parse(address);
        local = own.address();
        ip = new IpHost(IpConfig.defaults().withAddresses(List.of(own)), nic.link(), new Router(nic.sink()),
                new Counters(), new Random(1));
        ((Readiness.Signal) nic.readiness()).onReadable(readable::release);
        receive();
    }

    /** From now on what is sent comes by a source route, whose only hop, which it has passed, is this peer itself. */
    void sendBySourceRoute() {
        way = new SourceRoute(false, List.of(remote));
    }

    /** Whether each segment that came had a source route; forgets it. */
    List<Boolean> takeRouted() {
        receive();
        List<Boolean> taken = List.copyOf(routed);
        routed.clear();
        return taken;
    }

    /** The IPv4 options of the segment that came last, in hexadecimal digits. */
    String lastOptions() {
        return lastOptions;
    }

    /** Does with a source route what routers on it do: they note themselves, and the last one sends to the end. */
    private record Router(FrameSink sink) implements FrameSink {
        @Override
        public ByteBuffer frame() {
            return sink.frame();
        }

        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            ByteBuffer frame = sink.frame();
            if (length > HEADER + 28 && frame.get(HEADER) == 0x47) { // NOP, route, length, pointer, destination
                frame.putInt(HEADER + 24, frame.getInt(HEADER + 12)); // the only hop is the sender
                frame.put(HEADER + 23, (byte) 8);
                frame.putShort(HEADER + 10, (short) 0);
                frame.putShort(HEADER + 10, (short) Checksum.finish(Checksum.sum(frame, HEADER, 28)));
            }
            return sink.transmit(length, offload);
        }
    }

    /** A SYN from this port. */
    void syn(int port) {
        send(port, TcpFlags.SYN, 0, "");
    }

    /** The final ACK of the handshake, to the SYN-ACK that came last. */
    void ack(int port) {
        send(port, TcpFlags.ACK, 1, "");
    }

    /** The final ACK of the handshake, to a SYN-ACK that came earlier. */
    void ack(int port, TcpSegment synAck) {
        acks.put(port, synAck.end());
        ack(port);
    }

    /** Data right after the handshake, which they also complete. */
    void data(int port, String text) {
        send(port, TcpFlags.ACK | TcpFlags.PSH, 1, text);
    }

    /** A reset right after the SYN. */
    void reset(int port) {
        send(port, TcpFlags.RST, 1, "");
    }

    /** Any segment. */
    void send(int port, int flags, int seq, String text) {
        byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
        out.clear();
        out.reason = SendReason.DATA;
        out.flags = flags;
        out.seq = Seq.add(IRS, seq);
        out.ack = (flags & TcpFlags.ACK) == 0 ? 0 : acks.getOrDefault(port, 0);
        out.window = 60_000;
        out.payloadLength = payload.length;
        out.payload = (_, length, target) -> target.put(payload, 0, length);
        FourTuple tuple = new FourTuple(local, port, remote, remotePort);
        ip.transmit(ip.pathTo(remote, way), tuple, out, System.nanoTime());
    }

    /** How many frames were sent, all ports together. */
    long sent() {
        return nic.statistics().txFrames();
    }

    /** The next segment that this port gets. */
    TcpSegment expect(int port) {
        long giveUp = System.nanoTime() + TwoStacks.PATIENCE.toNanos();
        for (TcpSegment next = poll(port); ; next = poll(port)) {
            if (next != null) {
                return next;
            }
            await(giveUp, port);
        }
    }

    /** The next segment that this port gets, which has to have exactly these flags. */
    TcpSegment expect(int port, int flags) {
        TcpSegment next = expect(port);
        if (next.flags() != flags) {
            throw new AssertionError("expected " + TcpFlags.toString(flags) + " at port " + port + ", got " + next);
        }
        return next;
    }

    /** The SYN-ACK of this port, whose answer is {@link #ack}. */
    TcpSegment expectSynAck(int port) {
        return expect(port, TcpFlags.SYN | TcpFlags.ACK);
    }

    /** What this port has got and was not asked for: null when there is nothing. */
    TcpSegment poll(int port) {
        receive();
        Queue<TcpSegment> queue = arrived.get(port);
        return queue == null ? null : queue.poll();
    }

    /** What all ports have got and were not asked for. */
    Map<Integer, List<TcpSegment>> pollAll() {
        receive();
        Map<Integer, List<TcpSegment>> all = new HashMap<>();
        arrived.forEach((port, queue) -> all.put(port, new ArrayList<>(queue)));
        arrived.clear();
        return all;
    }

    private void await(long giveUp, int port) {
        try {
            if (!readable.tryAcquire(giveUp - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("nothing came for port " + port);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void receive() {
        while (nic.receive(frame -> {
            Ingress ingress = ip.receive(frame, System.nanoTime());
            if (ingress instanceof Ingress.Tcp(FourTuple tuple, TcpSegment segment, _)) {
                int words = frame.bytes()[HEADER] & 0xf;
                routed.add(words > PLAIN);
                lastOptions = HexFormat.of().formatHex(frame.bytes(), HEADER + 4 * PLAIN, HEADER + 4 * words);
                if (segment.has(TcpFlags.SYN)) {
                    acks.put(tuple.localPort(), Seq.add(segment.seq(), 1));
                }
                arrived.computeIfAbsent(tuple.localPort(), _ -> new ArrayDeque<>()).add(segment);
            }
        }, 32) == 32) {
            // on
        }
    }
}
