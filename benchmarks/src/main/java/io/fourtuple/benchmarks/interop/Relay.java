package io.fourtuple.benchmarks.interop;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkStatistics;
import io.fourtuple.nic.sim.SimulatedNetwork;
import io.fourtuple.nic.sim.SimulatedNic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Carries frames between two devices, those of each flow over a link of its own with its own faults; whatever belongs
 * to no flow, such as ARP, at once.
 *
 * <pre>
 *   device A ─▶ by port of the flow ─▶ SimulatedNic ═ Link ═ SimulatedNic ─▶ device B, and the same backwards
 * </pre>
 *
 * <p>The links are those of {@link SimulatedNetwork}. Its virtual time is led along with real time by the relay's
 * thread: before a frame enters a link, the time of the links becomes now. So what happens on a link happens at the
 * nanosecond that it should, and frames leave the relay late by as much as the thread is: it looks around every 50 µs.
 *
 * <p>The draws of a link depend on its name and the seed alone, and so on the number of the frame: whoever sends, the
 * first, second, … frame of a flow has the same fate.
 */
final class Relay implements AutoCloseable {
    /** How many flows there may be at the same time. */
    static final int MAX_LANES = 1_000;

    private static final int BATCH = 64;
    private static final long IDLE_NANOS = 50_000;
    private static final long JOIN_MILLIS = 5_000;
    private static final int IP = EthernetHeader.LENGTH;

    private final Nic a;
    private final Nic b;
    private final Thread thread = Thread.ofPlatform().name("relay").unstarted(this::run);
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final TransmitOffload complete = new TransmitOffload();
    private final LongSupplier epochNanos = CapturingNic.epochClock();
    private volatile boolean closed;

    // Confined to the relay's thread.
    private VirtualTime time;
    private long origin;
    private int firstPort;
    private List<Lane> lanes = List.of();
    private PcapngWriter capture;
    private int captureInterface;
    private long refused;
    private IOException captureFailure;

    /**
     * What becomes of the frames of one flow.
     *
     * @param name of the link, from which its draws follow
     * @param cell what the link is like
     * @param capturedFrames how many of its frames at most are captured at device A
     */
    record LanePlan(String name, Cell cell, int capturedFrames) {}

    /**
     * What became of the frames of one flow.
     *
     * @param forward from A to B
     * @param backward from B to A
     */
    record LaneStatistics(LinkStatistics forward, LinkStatistics backward) {}

    private final class Lane {
        private final SimulatedNic nearA;
        private final SimulatedNic nearB;
        private final Link link;
        private final String comment;
        private int left;

        Lane(SimulatedNetwork network, LanePlan plan) {
            nearA = network.addNic(plan.name() + " A");
            nearB = network.addNic(plan.name() + " B");
            link = network.connect(nearA, nearB, plan.cell().link());
            comment = plan.cell().name();
            left = plan.capturedFrames();
            onArrival(nearA, frame -> {
                record(frame, Direction.INBOUND);
                write(a, frame);
            });
            onArrival(nearB, frame -> write(b, frame));
        }

        private void onArrival(SimulatedNic nic, Consumer<Frame> out) {
            ((Readiness.Signal) nic.readiness()).onReadable(() -> {
                int taken;
                do {
                    taken = nic.receive(out, BATCH);
                } while (taken == BATCH);
            });
        }

        private void record(Frame frame, Direction direction) {
            if (left > 0 && capture != null) {
                left--;
                try {
                    capture.write(captureInterface, epochNanos.getAsLong(), ByteBuffer.wrap(frame.bytes()), direction,
                            comment);
                } catch (IOException e) {
                    captureFailure = e;
                }
            }
        }

        void enter(Frame frame, boolean fromA) {
            if (fromA) {
                record(frame, Direction.OUTBOUND);
            }
            SimulatedNic nic = fromA ? nearA : nearB;
            nic.frame().put(frame.bytes());
            nic.transmit(frame.bytes().length, complete.clear());
        }

        LaneStatistics statistics() {
            return new LaneStatistics(link.forward().statistics(), link.backward().statistics());
        }
    }

    /** A relay between two devices without offloads, which it then owns. Carries nothing yet. */
    Relay(Nic a, Nic b) {
        this.a = a;
        this.b = b;
        thread.start();
    }

    /**
     * Lays a link for each flow, in place of those there were.
     *
     * @param seed of everything that is drawn
     * @param port of the first flow; the others have those that follow
     * @param plans of the flows, in the order of their ports
     * @param captureFile where what is seen at device A is written to, if anywhere
     */
    CompletableFuture<Void> lay(long seed, int port, List<LanePlan> plans, Optional<Path> captureFile) {
        if (plans.size() > MAX_LANES) {
            throw new IllegalArgumentException("a relay has up to " + MAX_LANES + " flows, not " + plans.size());
        }
        return execute(() -> {
            end();
            time = new VirtualTime(seed, VirtualTime.Order.FIFO);
            origin = System.nanoTime();
            firstPort = port;
            SimulatedNetwork network = new SimulatedNetwork(time);
            List<Lane> laid = new ArrayList<>();
            for (LanePlan plan : plans) {
                laid.add(new Lane(network, plan));
            }
            lanes = List.copyOf(laid);
            if (captureFile.isPresent()) {
                capture = PcapngWriter.create(captureFile.get(), PcapngWriter.UNLIMITED);
                captureInterface = capture.addInterface(a.name(), a.link().medium());
            }
        });
    }

    /** Takes the links away and ends the capture; gives what they did, in the order in which they were laid. */
    CompletableFuture<List<LaneStatistics>> takeUp() {
        List<LaneStatistics> statistics = new ArrayList<>();
        return execute(() -> {
            lanes.forEach(lane -> statistics.add(lane.statistics()));
            end();
            IOException failure = captureFailure;
            if (failure != null) {
                captureFailure = null;
                throw failure;
            }
        }).thenApply(_ -> statistics);
    }

    private void end() throws IOException {
        lanes = List.of();
        if (time != null) {
            time.close();
            time = null;
        }
        if (capture != null) {
            capture.close();
            capture = null;
        }
    }

    /** Frames that a device did not take. */
    CompletableFuture<Long> refused() {
        long[] count = new long[1];
        return execute(() -> count[0] = refused).thenApply(_ -> count[0]);
    }

    private interface Step {
        void run() throws IOException;
    }

    private CompletableFuture<Void> execute(Step step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private void run() {
        while (!closed) {
            for (Runnable task; (task = tasks.poll()) != null; ) {
                task.run();
            }
            proceed();
            int moved = a.receive(frame -> carry(frame, true), BATCH) + b.receive(frame -> carry(frame, false), BATCH);
            if (moved == 0) {
                LockSupport.parkNanos(this, IDLE_NANOS);
            }
        }
        if (time != null) {
            time.close();
        }
        a.close();
        b.close();
    }

    /** Whatever is due on the links happens. */
    private void proceed() {
        if (time != null) {
            time.runUntil(System.nanoTime() - origin);
        }
    }

    private void carry(Frame frame, boolean fromA) {
        int lane = laneOf(frame.bytes());
        if (lane < 0) {
            write(fromA ? b : a, frame);
        } else {
            lanes.get(lane).enter(frame, fromA);
        }
    }

    /** Which lane a frame belongs to: one of its ports says so. Negative when there is none. */
    private int laneOf(byte[] bytes) {
        if (bytes.length < IP + 20 || EthernetHeader.type(bytes) != EthernetHeader.TYPE_IPV4
                || bytes[IP + 9] != TcpCodec.PROTOCOL) {
            return -1;
        }
        int tcp = IP + ((bytes[IP] & 0xf) << 2);
        if (bytes.length < tcp + 4) {
            return -1;
        }
        int to = Bytes.uint16(bytes, tcp + 2) - firstPort;
        if (to >= 0 && to < lanes.size()) {
            return to;
        }
        int from = Bytes.uint16(bytes, tcp) - firstPort;
        return from >= 0 && from < lanes.size() ? from : -1;
    }

    private void write(Nic nic, Frame frame) {
        nic.sink().frame().put(frame.bytes());
        if (!nic.sink().transmit(frame.bytes().length, complete.clear())) {
            refused++;
        }
    }

    /** Ends it, and closes both devices. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
