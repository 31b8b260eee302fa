package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.LoopTimer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import java.util.function.Consumer;

public final class SimulatedNic implements Nic, FrameSink, Readiness.Signal {
    private record InFlight(Frame frame, long due) {}

    private final SimulatedNetwork network;
    private final String name;
    private final LinkProperties link;
    private final ByteBuffer frame = ByteBuffer.allocate(1514);
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final ArrayDeque<Frame> received = new ArrayDeque<>();
    private final LoopTimer timer;
    private final RandomGenerator random;
    private final NicCounters counters = new NicCounters();
    private Runnable wake = () -> {};
    SimulatedNic peer;
    long delay;
    double loss;
    private boolean up;

    SimulatedNic(SimulatedNetwork network, String name, int number) {
        this.network = network;
        this.name = name;
        link = new LinkProperties(LinkProperties.Medium.ETHERNET,
                MacAddress.parse("02:00:00:00:%02x:%02x".formatted(number >> 8, number & 255)), 1500, true, 0);
        timer = network.time.timer(this::deliver);
        random = network.time.random("loss " + name);
    }

    public void powerOff() {
        up = false;
        received.clear();
    }

    public void powerOn() {
        up = true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LinkProperties link() {
        return link;
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public ByteBuffer frame() {
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (!up) {
            return false;
        }
        byte[] copy = new byte[length];
        frame.get(0, copy);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(copy);
        network.time.note(name, crc.getValue());
        if (loss > 0 && random.nextDouble() < loss) {
            return true;
        }
        inFlight.add(new InFlight(new Frame(copy, true, 0), network.time.nanoTime() + delay));
        if (inFlight.size() == 1) {
            timer.arm(inFlight.peek().due);
        }
        return true;
    }

    private void deliver() {
        while (!inFlight.isEmpty() && inFlight.peek().due <= network.time.nanoTime()) {
            peer.accept(inFlight.poll().frame);
        }
        if (!inFlight.isEmpty()) {
            timer.arm(inFlight.peek().due);
        }
    }

    private void accept(Frame f) {
        if (up) {
            received.add(f);
            wake.run();
        }
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int n = 0;
        for (Frame f; n < maxFrames && (f = received.poll()) != null; n++) {
            into.accept(f);
        }
        return n;
    }

    @Override
    public Readiness readiness() {
        return this;
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {}

    @Override
    public void onReadable(Runnable wakeUp) {
        wake = wakeUp;
    }
}
