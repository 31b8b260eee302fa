package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.pcapng.CaptureReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Makes captures up, in the older format. Sequence numbers are given as positions in the stream, from 0. */
final class Recorder {
    static final int CLIENT_ISN = -1000;
    static final int SERVER_ISN = 0x7fff_ff00;
    static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    static final IpAddress SERVER = IpAddress.parse("192.0.2.2");
    static final int SERVER_PORT = 80;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private FourTuple client = new FourTuple(CLIENT, 40_000, SERVER, SERVER_PORT);
    private long micros;
    private boolean timestamps = true;
    private int cutTo = Integer.MAX_VALUE;

    Recorder() {
        file.writeBytes(ByteBuffer.allocate(24).putInt(0xa1b2c3d4).putInt(0x0002_0004).putLong(0).putInt(65_535)
                .putInt(101).array());
    }

    CaptureReader capture() throws IOException {
        return CaptureReader.open(new ByteArrayInputStream(file.toByteArray()));
    }

    /** Cuts the end of the file off. */
    CaptureReader cutCapture(int octets) throws IOException {
        return CaptureReader.open(new ByteArrayInputStream(file.toByteArray(), 0, file.size() - octets));
    }

    /** Goes on with another client. */
    Recorder from(int port) {
        client = new FourTuple(CLIENT, port, SERVER, SERVER_PORT);
        return this;
    }

    Recorder after(long millis) {
        micros += millis * 1000;
        return this;
    }

    /** What the server agrees to from now on. */
    Recorder withTimestamps(boolean value) {
        timestamps = value;
        return this;
    }

    /** Captures no more than that of each packet. */
    Recorder cutTo(int octets) {
        cutTo = octets;
        return this;
    }

    Recorder syn(byte... payload) {
        return client(payload, segment -> {
            segment.seq = CLIENT_ISN;
            segment.flags = TcpFlags.SYN;
            segment.mss = 1460;
            segment.sackPermitted = true;
            segment.timestamps = true;
            segment.windowScale = 7;
        });
    }

    Recorder synAck() {
        return server(segment -> {
            segment.seq = SERVER_ISN;
            segment.ack = CLIENT_ISN + 1;
            segment.flags = TcpFlags.SYN | TcpFlags.ACK;
            segment.mss = 1460;
            segment.timestamps = timestamps;
            segment.sackPermitted = timestamps;
            segment.windowScale = timestamps ? 7 : -1;
        });
    }

    /** Handshake. */
    Recorder open() {
        return syn().synAck().data(0, 0, 0);
    }

    /** Octets of the client's stream, when it has had {@code acked} octets of the server. */
    Recorder data(int from, int length, int acked) {
        return client(Packets.octets(from, length), segment -> {
            number(segment, from, acked);
            segment.flags = TcpFlags.ACK | (length > 0 ? TcpFlags.PSH : 0);
        });
    }

    /** An acknowledgment with a SACK block. */
    Recorder sack(int at, int acked, int left, int right) {
        return client(new byte[0], segment -> {
            number(segment, at, acked);
            segment.flags = TcpFlags.ACK;
            segment.sackBlocks = 1;
            segment.sackEdges[0] = SERVER_ISN + 1 + left;
            segment.sackEdges[1] = SERVER_ISN + 1 + right;
        });
    }

    Recorder fin(int at, int acked) {
        return client(new byte[0], segment -> {
            number(segment, at, acked);
            segment.flags = TcpFlags.ACK | TcpFlags.FIN;
        });
    }

    Recorder reset(int at) {
        return client(new byte[0], segment -> {
            number(segment, at, 0);
            segment.flags = TcpFlags.RST | TcpFlags.ACK;
        });
    }

    Recorder serverReset() {
        return server(segment -> segment.flags = TcpFlags.RST | TcpFlags.ACK);
    }

    /** A packet that the wire has damaged. */
    Recorder damagedData(int from, int length) {
        byte[] packet = Packets.packet(client, Packets.octets(from + 1, length), segment -> {
            number(segment, from, 0);
            segment.flags = TcpFlags.ACK;
        });
        packet[packet.length - 1]++;
        return write(packet);
    }

    private void number(OutboundSegment segment, int position, int acked) {
        segment.seq = CLIENT_ISN + 1 + position;
        segment.ack = SERVER_ISN + 1 + acked;
        segment.timestamps = timestamps;
    }

    private Recorder client(byte[] payload, Consumer<OutboundSegment> fill) {
        return write(Packets.packet(client, payload, segment -> {
            segment.tsVal = (int) (micros / 1000);
            segment.tsEcr = 4711;
            fill.accept(segment);
        }));
    }

    private Recorder server(Consumer<OutboundSegment> fill) {
        return write(Packets.packet(client.reversed(), new byte[0], fill));
    }

    /** Any packet. */
    Recorder write(byte[] packet) {
        int captured = Math.min(packet.length, cutTo);
        file.writeBytes(ByteBuffer.allocate(16 + captured).putInt((int) (micros / 1_000_000))
                .putInt((int) (micros % 1_000_000)).putInt(captured).putInt(packet.length).put(packet, 0, captured)
                .array());
        micros += 10;
        return this;
    }
}
