package io.fourtuple.nic;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A NIC on whose link there is not only the other end but also a crowd of strangers behind a router, who send one TCP
 * segment each to one port of ours: so many per second, from random addresses in 11.0.0.0 to 90.255.255.255 and random
 * ports, with random numbers. What is sent to them goes nowhere. What comes from the other end comes first.
 *
 * <p>For tests and labs of how a stack stands a flood: no system call, no copy, about a hundred nanoseconds for each
 * segment. The same seed makes the same crowd. An Ethernet NIC that tells by a call that frames have come, such as the
 * ends of a {@link MemoryWire}.
 */
public final class FloodedNic implements Nic, FrameSink {
    private static final long SECOND = 1_000_000_000L;
    /** How long the loop may wait for the next strangers. */
    private static final long PAUSE = SECOND / 1000;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int SOURCE = IP + 12;
    private static final int TCP = IP + Ipv4Header.LENGTH;
    private static final int FIRST_STRANGER = 11 << 24;
    private static final int STRANGERS = 80 << 24; // 11.0.0.0 to 90.255.255.255

    private final Nic nic;
    private final byte[] template;
    private final int ipSum;
    private final int tcpSum;
    private final SplittableRandom random;
    private final Clock clock;
    private volatile Flood flood;
    private volatile Runnable wakeUp;

    /** One crowd. */
    private static final class Flood {
        final int flags;
        final long segments;
        final int perSecond;
        final CompletableFuture<?> until;
        final CompletableFuture<Double> over = new CompletableFuture<>();
        long sent;
        boolean started;
        long startedAt;

        Flood(int flags, long segments, int perSecond, CompletableFuture<?> until) {
            this.flags = flags;
            this.until = until;
            this.segments = segments;
            this.perSecond = perSecond;
        }

        long due(long now) {
            if (!started) {
                started = true;
                startedAt = now;
            }
            long paced = (long) ((double) (now - startedAt) * perSecond / SECOND) - sent;
            return until.isDone() ? Math.min(segments - sent, paced) : paced;
        }

        boolean isOver() {
            return sent >= segments && until.isDone();
        }
    }

    /**
     * Around one end of a wire. Nobody floods yet.
     *
     * @param nic a NIC, which this then owns
     * @param router the Ethernet address that the strangers' frames come from
     * @param target an IPv4 address of the stack on this NIC, which the strangers want
     * @param port and the port of it
     * @param seed says who the strangers are
     */
    public FloodedNic(Nic nic, MacAddress router, IpAddress target, int port, long seed) {
        this(nic, router, target, port, seed, System::nanoTime);
    }

    /** In the time of {@code clock}, that of the loop that reads it. */
    public FloodedNic(Nic nic, MacAddress router, IpAddress target, int port, long seed, Clock clock) {
        this.clock = clock;
        random = new SplittableRandom(seed);
        this.nic = nic;
        ByteBuffer frame = ByteBuffer.allocate(TCP + 20);
        EthernetHeader.write(frame, nic.link().mac(), router, EthernetHeader.TYPE_IPV4);
        Ipv4Header.write(frame, IpAddress.ofV4(0), target, 20, 6, 64, 0);
        template = frame.array();
        Bytes.putUint16(template, IP + 10, 0);
        Bytes.putUint16(template, TCP + 2, port);
        template[TCP + 12] = 5 << 4;
        Bytes.putUint16(template, TCP + 14, 65_535);
        ipSum = Checksum.sum(template, IP, Ipv4Header.LENGTH);
        tcpSum = Checksum.pseudoHeader(IpAddress.ofV4(0), target, 6, 20) + Checksum.sum(template, TCP, 20);
    }

    /**
     * Lets strangers come, in place of those that have not come yet. Any thread, once the NIC is being read.
     *
     * @param flags of their segments: bits of {@link TcpFlags}
     * @param segments how many of them, at least 1
     * @param perSecond how many in a second, at least 1; what a busy loop is behind with comes later
     * @return completed with how many have come in a second, when the stack has got the last one
     */
    public CompletableFuture<Double> flood(int flags, long segments, int perSecond) {
        return flood(flags, segments, perSecond, CompletableFuture.completedFuture(null));
    }

    /**
     * The same, and goes on with more of them until something is over.
     *
     * @param until completed when that is so
     */
    public CompletableFuture<Double> flood(int flags, long segments, int perSecond, CompletableFuture<?> until) {
        Flood next = new Flood(flags, segments, perSecond, until);
        flood = next;
        wakeUp.run();
        return next.over;
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int taken = nic.receive(into, maxFrames);
        Flood current = flood;
        if (current == null) {
            return taken;
        }
        long now = clock.nanoTime();
        if (current.isOver()) { // and what was taken the last time is with the stack
            flood = null;
            current.over.complete(current.sent * (double) SECOND / (now - current.startedAt));
            return taken;
        }
        int strangers = Math.clamp(current.due(now), 0, maxFrames - taken);
        for (int i = 0; i < strangers; i++) {
            into.accept(new Frame(stranger(current.flags)));
        }
        current.sent += strangers;
        return taken + strangers;
    }

    private byte[] stranger(int flags) {
        byte[] frame = template.clone();
        int source = FIRST_STRANGER + random.nextInt(STRANGERS);
        int port = 1024 + random.nextInt(60_000);
        int seq = random.nextInt();
        int ack = (flags & TcpFlags.ACK) == 0 ? 0 : random.nextInt();
        int address = (source >>> 16) + (source & 0xffff);
        Bytes.putInt32(frame, SOURCE, source);
        Bytes.putUint16(frame, IP + 10, Checksum.finish(ipSum + address));
        Bytes.putUint16(frame, TCP, port);
        Bytes.putInt32(frame, TCP + 4, seq);
        Bytes.putInt32(frame, TCP + 8, ack);
        frame[TCP + 13] = (byte) flags;
        int sum = tcpSum + address + port + (seq >>> 16) + (seq & 0xffff) + (ack >>> 16) + (ack & 0xffff) + flags;
        Bytes.putUint16(frame, TCP + 16, Checksum.finish(sum));
        return frame;
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        byte[] frame = nic.sink().frame().array();
        boolean toStranger = length > TCP
                && EthernetHeader.type(frame) == EthernetHeader.TYPE_IPV4
                && frame[IP + 16] != 10;
        return toStranger || nic.sink().transmit(length, offload);
    }

    @Override
    public ByteBuffer frame() {
        return nic.sink().frame();
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public String name() {
        return nic.name();
    }

    @Override
    public LinkProperties link() {
        return nic.link();
    }

    @Override
    public Readiness readiness() {
        return (Readiness.Signal) wake -> {
            wakeUp = wake;
            ((Readiness.Signal) nic.readiness()).onReadable(wake);
        };
    }

    @Override
    public long nextReceive() {
        return flood == null
                ? nic.nextReceive()
                : Deadline.earlier(nic.nextReceive(), Deadline.after(clock.nanoTime(), PAUSE));
    }

    @Override
    public NicStatistics statistics() {
        return nic.statistics();
    }

    @Override
    public void close() {
        nic.close();
    }
}
