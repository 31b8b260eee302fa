package io.fourtuple.nic.replay;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Nic;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A host at the other end of a replay that remembers what came, and does as much of TCP as a test tells it to. */
final class ToyServer {
    static final int ISN = 1_000_000;

    /** One client's connection. */
    static final class Connection {
        final List<TcpSegment> segments = new ArrayList<>();
        final ByteArrayOutputStream payload = new ByteArrayOutputStream();
        private final List<TcpSegment> outOfOrder = new ArrayList<>();
        private final FourTuple tuple;
        private int rcvNxt;
        int sndNxt = ISN + 1;
        boolean isReset;
        boolean isFinished;

        Connection(FourTuple tuple) {
            this.tuple = tuple;
        }
    }

    final Map<Integer, Connection> connections = new HashMap<>();
    /** Which segments are lost. */
    Predicate<TcpSegment> loses = _ -> false;
    int window = 0xffff;
    boolean answersSyn = true;
    boolean refuses;
    boolean closes = true;
    boolean isSilent;
    Nic nic;

    Connection only() {
        return connections.values().iterator().next();
    }

    void receive(Frame frame) {
        byte[] bytes = frame.bytes();
        IpHeader ip = (IpHeader) Ipv4Header.parse(bytes, 0);
        if (!ip.isTcpChecksumValid(bytes)) {
            throw new AssertionError("a wrong checksum");
        }
        TcpSegment segment = TcpCodec.parse(bytes, ip.payloadOffset(), ip.payloadLength(), 0, 0);
        int port = TcpCodec.sourcePort(bytes, ip.payloadOffset());
        Connection connection = connections.computeIfAbsent(port, _ -> new Connection(new FourTuple(
                ip.destination(), TcpCodec.destinationPort(bytes, ip.payloadOffset()), ip.source(), port)));
        if (!loses.test(segment)) {
            connection.segments.add(segment);
            receive(connection, segment);
        }
    }

    private void receive(Connection connection, TcpSegment segment) {
        if (segment.has(TcpFlags.RST)) {
            connection.isReset = segment.seq() == connection.rcvNxt;
            return;
        }
        if (segment.has(TcpFlags.SYN)) {
            connection.rcvNxt = segment.seq() + 1;
            if (refuses) {
                send(connection, 0, out -> out.flags = TcpFlags.RST | TcpFlags.ACK);
            } else if (answersSyn) {
                send(connection, 0, out -> {
                    out.seq = ISN;
                    out.flags = TcpFlags.SYN | TcpFlags.ACK;
                    out.timestamps = segment.options().hasTimestamps();
                });
            }
            return;
        }
        if (segment.length() == 0 || isSilent) {
            return;
        }
        if (Seq.gt(segment.end(), connection.rcvNxt + window)) {
            throw new AssertionError("beyond the window: " + segment);
        }
        boolean wasFinished = connection.isFinished;
        connection.outOfOrder.add(segment);
        takeInOrder(connection);
        send(connection, 0, _ -> {});
        if (connection.isFinished && !wasFinished && closes) {
            send(connection, 0, out -> out.flags |= TcpFlags.FIN);
            connection.sndNxt++;
        }
    }

    private void takeInOrder(Connection connection) {
        connection.outOfOrder.sort((a, b) -> Seq.distance(b.seq(), a.seq()));
        for (TcpSegment next : connection.outOfOrder) {
            int known = Seq.distance(next.seq(), connection.rcvNxt);
            if (known >= 0 && known < next.length()) {
                connection.payload.write(next.array(), next.payloadOffset() + known, next.payloadLength() - known);
                connection.rcvNxt = next.end();
                connection.isFinished |= next.has(TcpFlags.FIN);
            }
        }
        connection.outOfOrder.removeIf(next -> Seq.le(next.end(), connection.rcvNxt));
    }

    /** Says something to a client. */
    void sendData(Connection connection, int length) {
        send(connection, length, _ -> {});
        connection.sndNxt += length;
    }

    void send(Connection connection, int length, Consumer<OutboundSegment> change) {
        byte[] packet = Packets.packet(connection.tuple, new byte[length], out -> {
            out.seq = connection.sndNxt;
            out.ack = connection.rcvNxt;
            out.flags = TcpFlags.ACK;
            out.window = window;
            out.timestamps = true;
            out.tsVal = 777_000 + connection.segments.size();
            change.accept(out);
        });
        nic.sink().frame().put(packet);
        nic.sink().transmit(packet.length, new TransmitOffload());
    }
}
