package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A learning switch (IEEE 802.1D §7): it notes behind which port each sender is, and sends a frame there, or to all
 * ports when it does not know. It needs no time; the delay of its links is all there is.
 *
 * <p>There is no spanning tree: switches must not be connected in a ring. Confined to the simulation's thread.
 */
public final class Switch extends LinkEnd {
    /** How many addresses a switch knows unless it is told otherwise. */
    public static final int TABLE_SIZE = 8192;
    /** An address that was not heard for so long is forgotten (IEEE 802.1D §7.9). */
    public static final Duration AGEING_TIME = Duration.ofMinutes(5);

    private static final long AGEING_NANOS = AGEING_TIME.toNanos();

    private final SimulatedNetwork network;
    private final String name;
    private final int tableSize;
    private final List<SwitchPort> ports = new ArrayList<>();
    /** By MAC address; the one that was looked at longest ago comes first, and makes room. */
    private final Map<Long, Station> stations = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Station> eldest) {
            return size() > tableSize;
        }
    };
    private long flooded;

    Switch(SimulatedNetwork network, String name, int tableSize) {
        if (tableSize < 1) {
            throw new IllegalArgumentException(
                    "the table of switch " + name + " needs room for 1 address at least, not " + tableSize);
        }
        this.network = network;
        this.name = name;
        this.tableSize = tableSize;
    }

    private static final class Station {
        SwitchPort port;
        long heardAt;
    }

    private class SwitchPort extends Port {
        SwitchPort(String name) {
            super(name);
        }

        void send(Frame frame, SimulatedNic origin) {
            out().send(frame, origin, false, "");
        }

        @Override
        void receive(Frame frame, SimulatedNic origin) {
            forward(this, frame, origin);
        }

        @Override
        void linkDown() {
            stations.values().removeIf(station -> station.port == this);
        }
    }

    /** Where a backbone is connected, without a link between. */
    private final class UplinkPort extends SwitchPort {
        private final Uplink uplink;

        UplinkPort(String name, Uplink uplink) {
            super(name);
            this.uplink = uplink;
        }

        @Override
        void send(Frame frame, SimulatedNic origin) {
            uplink.send(frame);
        }
    }

    /**
     * Makes this switch the way to a backbone: at no cost of time but the {@linkplain Backbone#delay delay} of that.
     *
     * @throws IllegalStateException when another switch is that
     */
    public void connect(Uplink uplink) {
        SwitchPort port = new UplinkPort(nextName(), uplink);
        uplink.connect(port);
        ports.add(port);
    }

    private String nextName() {
        return name + ":" + ports.size();
    }

    private void forward(SwitchPort from, Frame frame, SimulatedNic origin) {
        byte[] bytes = frame.bytes();
        if (!EthernetHeader.isComplete(bytes)) {
            return;
        }
        learn(from, address(bytes, 6));
        SwitchPort to = find(bytes);
        if (to != null) {
            if (to != from) {
                to.send(frame, origin);
            }
            return;
        }
        flooded++;
        for (SwitchPort port : ports) {
            if (port != from) {
                port.send(frame, origin);
            }
        }
    }

    private void learn(SwitchPort port, long address) {
        if (isGroup(address)) {
            return;
        }
        Station station = stations.get(address);
        if (station == null) {
            station = new Station();
            stations.put(address, station);
        }
        station.port = port;
        station.heardAt = network.time().nanoTime();
    }

    private SwitchPort find(byte[] frame) {
        long address = address(frame, 0);
        Station station = isGroup(address) ? null : stations.get(address);
        if (station == null) {
            return null;
        }
        if (network.time().nanoTime() - station.heardAt > AGEING_NANOS) {
            stations.remove(address);
            return null;
        }
        return station.port;
    }

    /** The hardware address at an offset. */
    static long address(byte[] frame, int offset) {
        return (long) Bytes.uint16(frame, offset) << 32 | (Bytes.int32(frame, offset + 2) & 0xffff_ffffL);
    }

    private static boolean isGroup(long address) {
        return (address >>> 40 & 1) != 0;
    }

    @Override
    public String name() {
        return name;
    }

    /** How many addresses it knows now. */
    public int addresses() {
        return stations.size();
    }

    /** How many frames it has sent to all ports so far, as they were for all or for an address that it did not know. */
    public long flooded() {
        return flooded;
    }

    @Override
    Port nextPort() {
        SwitchPort port = new SwitchPort(nextName());
        ports.add(port);
        return port;
    }

    @Override
    public String toString() {
        return name;
    }
}
