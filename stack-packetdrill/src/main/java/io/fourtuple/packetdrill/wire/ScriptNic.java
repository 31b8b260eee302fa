package io.fourtuple.packetdrill.wire;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.VirtualTime;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The NIC of the stack under test, a layer-3 link: what is injected arrives at once, and what is sent waits, with its
 * time, to be looked at.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class ScriptNic implements Nic, FrameSink {
    private static final int MAX_PACKET = 0xffff;
    /** A script that has a stack send more than this runs in circles. */
    private static final int MAX_RECORDED = 100_000;

    private final VirtualTime time;
    private final LinkProperties link;
    private final int mergedSegment;
    private final boolean showsCut;
    private final NicCounters counters = new NicCounters();
    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_PACKET);
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private final ArrayDeque<Passed> sent = new ArrayDeque<>();
    private final List<Passed> recorded = new ArrayList<>();
    private Runnable wakeUp = () -> {};
    private final Readiness.Signal readiness = newWakeUp -> wakeUp = newWakeUp;
    private boolean closed;

    /**
     * @param mtu the largest IP packet that the stack may send
     * @param cuts whether it cuts larger ones itself, which are seen before that
     * @param mergedSegment a larger packet that is injected consists of segments with so many octets of payload, which
     *     it has put together; 0 when it does not say
     * @param showsCut whether larger ones that are sent are seen after they are cut
     */
    public ScriptNic(VirtualTime time, int mtu, boolean cuts, int mergedSegment, boolean showsCut) {
        this.time = time;
        this.showsCut = showsCut;
        this.mergedSegment = mergedSegment;
        link = new LinkProperties(Medium.IP, MacAddress.NONE, mtu, cuts, cuts ? MAX_PACKET : 0);
    }

    /** A packet arrives from the remote end; it may be larger than the MTU. */
    public void inject(byte[] packet) {
        record(new Passed(time.nanoTime(), false, packet));
        arrived.add(packet);
        wakeUp.run();
    }

    /** The packet that the stack sent first of those that nobody has taken yet; stays there. */
    public Optional<Passed> peek() {
        return Optional.ofNullable(sent.peek());
    }

    /** Takes it. */
    public Passed take() {
        return sent.remove();
    }

    /** Whether the stack has sent anything that nobody has taken. */
    public boolean hasSent() {
        return !sent.isEmpty();
    }

    /** Everything that has passed, in order. */
    public List<Passed> recorded() {
        return List.copyOf(recorded);
    }

    private void record(Passed passed) {
        if (recorded.size() >= MAX_RECORDED) {
            throw new IllegalStateException("more than " + MAX_RECORDED + " packets have passed");
        }
        recorded.add(passed);
    }

    @Override
    public String name() {
        return "script";
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
        return buffer.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (closed) {
            counters.sendDropped();
            return false;
        }
        byte[] packet = new byte[length];
        buffer.get(0, packet);
        List<byte[]> segments = showsCut ? SuperFrame.cut(packet, offload) : List.of(packet);
        if (offload.checksum && segments.size() == 1) {
            PacketCodec.complete(packet, offload.checksumStart, offload.checksumOffset);
        }
        for (byte[] segment : segments) {
            Passed passed = new Passed(time.nanoTime(), true, segment);
            record(passed);
            sent.add(passed);
        }
        counters.sent(length);
        return true;
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int taken = 0;
        while (!closed && taken < maxFrames && !arrived.isEmpty()) {
            byte[] packet = arrived.remove();
            counters.received(packet.length);
            boolean merged = mergedSegment > 0 && packet.length > link.mtu();
            into.accept(merged ? new Frame(packet, false, mergedSegment) : new Frame(packet));
            taken++;
        }
        return taken;
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        closed = true;
    }
}
