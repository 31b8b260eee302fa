package io.fourtuple.api;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Several queues in front of a NIC that has one and tells by a call that frames have come: as a network card does that
 * knows nothing of who has which connection. Frames of one flow stay in order, others come in by any queue.
 */
public final class SpreadNic implements Nic, FrameSink {
    private static final int TCP = 6;

    /** What all queues share: whoever reads one of them reads the NIC for all. */
    private static final class Shared {
        final Nic nic;
        final boolean byFlow;
        final int seed;
        final SplittableRandom random;
        final List<SpreadNic> queues = new ArrayList<>();
        final Object sending = new Object();
        int most = Integer.MAX_VALUE;

        Shared(Nic nic, boolean byFlow, int seed) {
            this.nic = nic;
            this.byFlow = byFlow;
            this.seed = seed;
            random = new SplittableRandom(seed);
        }

        synchronized int receive(SpreadNic by, Consumer<Frame> into, int maxFrames) {
            while (nic.receive(this::spread, maxFrames) == maxFrames) {
                // on, for else it would not tell of the next one
            }
            int count = 0;
            for (; count < maxFrames && !by.arrived.isEmpty(); count++) {
                Frame frame = by.arrived.remove();
                by.counters.received(frame.bytes().length);
                into.accept(frame);
            }
            return count;
        }

        private void spread(Frame frame) {
            int flow = byFlow ? flowOf(frame.bytes()) : 0;
            int number = flow == 0 ? random.nextInt(queues.size()) : Math.floorMod(flow, queues.size());
            SpreadNic queue = queues.get(number);
            queue.arrived.add(frame);
            queue.wakeUp.run();
        }

        /** 0 for what is no TCP. */
        private int flowOf(byte[] frame) {
            int ip = EthernetHeader.LENGTH;
            int addresses;
            int end;
            if (Ipv4Header.isWhole(frame, ip, TCP)) {
                addresses = ip + 12;
                end = ip + 24;
            } else if (Ipv6Header.isWhole(frame, ip, TCP)) {
                addresses = ip + 8;
                end = ip + 44;
            } else {
                return 0;
            }
            int hash = seed;
            for (int i = addresses; i < end; i++) {
                hash = 31 * hash + frame[i];
            }
            return ((hash * 0x9e3779b9) >>> 8) | (1 << 30);
        }

        synchronized long nextReceive() {
            return nic.nextReceive();
        }

        void wakeAll() {
            queues.forEach(queue -> queue.wakeUp.run());
        }
    }

    private final Shared shared;
    private final ByteBuffer frame;
    private final NicCounters counters = new NicCounters();
    /** Guarded by {@link #shared}. */
    private final Queue<Frame> arrived = new ArrayDeque<>();
    private volatile Runnable wakeUp = () -> {};
    private volatile boolean closed;

    private SpreadNic(Shared shared) {
        this.shared = shared;
        frame = ByteBuffer.allocate(shared.nic.sink().frame().capacity());
        shared.queues.add(this);
    }

    /** Segments of one 4-tuple come in by one queue, everything else by any. */
    public static SpreadNic byFlow(Nic nic, int seed) {
        return new SpreadNic(new Shared(nic, true, seed));
    }

    /** Whatever comes, comes in by any queue. */
    public static SpreadNic atRandom(Nic nic, int seed) {
        return new SpreadNic(new Shared(nic, false, seed));
    }

    /** The same with fewer queues than anybody may want. */
    public SpreadNic withAtMost(int queues) {
        shared.most = queues;
        return this;
    }

    @Override
    public List<Nic> queues(int wanted) {
        while (shared.queues.size() < Math.min(wanted, shared.most)) {
            new SpreadNic(shared);
        }
        ((Readiness.Signal) shared.nic.readiness()).onReadable(shared::wakeAll);
        return List.copyOf(shared.queues);
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        return closed ? 0 : shared.receive(this, into, maxFrames);
    }

    @Override
    public long nextReceive() {
        return shared.nextReceive();
    }

    @Override
    public Readiness readiness() {
        return (Readiness.Signal) wake -> wakeUp = wake;
    }

    @Override
    public ByteBuffer frame() {
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (closed) {
            counters.sendDropped();
            return false;
        }
        boolean taken;
        synchronized (shared.sending) {
            FrameSink sink = shared.nic.sink();
            sink.frame().put(frame.array(), 0, length);
            taken = sink.transmit(length, offload);
        }
        if (taken) {
            counters.sent(length);
        } else {
            counters.sendDropped();
        }
        return taken;
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public String name() {
        return shared.nic.name();
    }

    @Override
    public LinkProperties link() {
        return shared.nic.link();
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        closed = true;
        if (this == shared.queues.getFirst()) {
            shared.queues.forEach(queue -> queue.closed = true);
            shared.nic.close();
        }
    }
}
