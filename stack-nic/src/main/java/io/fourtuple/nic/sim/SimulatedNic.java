package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The NIC of a host in a {@link SimulatedNetwork}. Hands over every frame that arrives, whomever it is for, as a switch
 * that does not know better sends it everywhere.
 *
 * <p>Confined to the simulation's thread.
 */
public final class SimulatedNic extends LinkEnd implements Nic, FrameSink {
    private final SimulatedNetwork network;
    private final String name;
    private final int number;
    private final NicConfig config;
    private final LinkProperties link;
    private final NicPort port;
    private final NicCounters counters = new NicCounters();
    private final ArrayDeque<Frame> arrived = new ArrayDeque<>();
    private final Readiness.Signal readiness = new Wakes();
    private ByteBuffer frame;
    private Runnable wakeUp = () -> {};
    /** Whether the reader has found nothing more and waits to be woken. */
    private boolean readerWaits = true;
    private boolean powered = true;
    private boolean closed;

    SimulatedNic(SimulatedNetwork network, String name, int number, MacAddress mac, NicConfig config) {
        this(network, name, number, config, config.properties(mac), new NicPort(name));
    }

    private SimulatedNic(SimulatedNetwork network, String name, int number, NicConfig config, LinkProperties link,
            NicPort port) {
        this.network = network;
        this.name = name;
        this.number = number;
        this.config = config;
        this.link = link;
        this.port = port;
        port.nic = this;
    }

    /** Where the link ends, whichever NIC is plugged in. */
    private static final class NicPort extends Port {
        private SimulatedNic nic;

        NicPort(String name) {
            super(name);
        }

        @Override
        void receive(Frame frame, SimulatedNic origin) {
            nic.arrive(frame);
        }

        @Override
        void settled() {
            nic.settled();
        }

        @Override
        DropCause refusal(SimulatedNic origin) {
            return nic.refusal(origin);
        }
    }

    @Override
    public String name() {
        return name;
    }

    /** Its hardware address. */
    public MacAddress mac() {
        return link.mac();
    }

    /** How many NICs were there before it in its network. */
    int number() {
        return number;
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
        if (frame == null) { // a thousand hosts that say nothing need none
            frame = ByteBuffer.allocate(EthernetHeader.LENGTH + Math.max(config.mtu(), config.maxSegmentedBytes()));
        }
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (offload.checksum && !config.checksumOffload()) {
            throw new IllegalArgumentException(name + " completes no checksums");
        }
        if (offload.segmentSize > 0 && config.maxSegmentedBytes() == 0) {
            throw new IllegalArgumentException(name + " cuts no segments");
        }
        LinkDirection out = port.out();
        if (isDead() || out == null) {
            counters.sendDropped();
            return false;
        }
        byte[] copy = Arrays.copyOf(frame.array(), length); // the buffer begins where its array does
        String why = network.isCaptured() ? offload.describeReason() : "";
        if (!out.send(new Frame(copy, offload.checksum, offload.segmentSize), this, true, why)) {
            counters.sendDropped();
            return false;
        }
        counters.sent(length);
        return true;
    }

    private boolean isDead() {
        return closed || !powered;
    }

    private DropCause refusal(SimulatedNic origin) {
        if (isDead()) {
            counters.receiveDropped();
            return DropCause.POWER_OFF;
        }
        return network.isPartitioned(origin, this) ? DropCause.PARTITION : null;
    }

    private void arrive(Frame arriving) {
        int length = arriving.bytes().length - EthernetHeader.LENGTH;
        if (arriving.gsoSize() > 0 && length > Math.max(config.mtu(), config.maxSegmentedBytes())) {
            Segmentation.cut(arriving, this::enqueue);
        } else if (arriving.checksumVerified() && !config.checksumOffload()) {
            enqueue(new Frame(FrameOctets.complete(arriving), false, arriving.gsoSize()));
        } else {
            enqueue(arriving);
        }
    }

    private void settled() {
        if (readerWaits && !arrived.isEmpty()) {
            readerWaits = false;
            wakeUp.run();
        }
    }

    private void enqueue(Frame arriving) {
        if (arrived.size() == config.queueFrames()) {
            counters.receiveDropped();
        } else {
            arrived.add(arriving);
        }
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int taken = 0;
        while (taken < maxFrames) {
            Frame next = arrived.poll();
            if (next == null) {
                readerWaits = true;
                return taken;
            }
            counters.received(next.bytes().length);
            taken++;
            into.accept(next);
        }
        readerWaits = false;
        return taken;
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    private final class Wakes implements Readiness.Signal {
        @Override
        public void onReadable(Runnable value) {
            wakeUp = value;
        }

        @Override
        public boolean mayReadAtOnce() {
            return true;
        }
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    // ---- faults ----

    /**
     * The host crashes: what has arrived and what waits to be sent is gone, and from now on nothing is sent or
     * received. The other end of the link notices nothing.
     */
    public void powerOff() {
        powered = false;
        arrived.clear();
        if (port.nic == this && port.out() != null) {
            port.out().flush(DropCause.POWER_OFF);
        }
    }

    /** The opposite of {@link #powerOff}, for a host whose stack has lived on. */
    public void powerOn() {
        powered = true;
    }

    /** Whether it is powered. */
    public boolean isPowered() {
        return powered;
    }

    /**
     * Another NIC in place of this one, with the same name, MAC address, properties and link: for a host that starts
     * anew. This one loses its power for good, so that a stack that still holds it does no harm.
     */
    public SimulatedNic replace() {
        if (port.nic != this) {
            throw new IllegalStateException(name + " has been replaced already: use SimulatedNetwork.nic(\"" + name
                    + "\")");
        }
        powerOff();
        SimulatedNic replacement = new SimulatedNic(network, name, number, config, link, port);
        network.replaced(replacement);
        return replacement;
    }

    @Override
    public void close() {
        closed = true;
        arrived.clear();
    }

    @Override
    Port nextPort() {
        if (port.out() != null) {
            throw new IllegalStateException(name + " has a link already (" + port.out().link().name()
                    + "): put a switch between");
        }
        return port;
    }

    @Override
    public String toString() {
        return name;
    }
}
