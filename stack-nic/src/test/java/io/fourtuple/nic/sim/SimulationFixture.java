package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.loop.VirtualTime;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network with hosts that send numbered frames and note what arrives and when. */
final class SimulationFixture implements AutoCloseable {
    static final int EXPERIMENTAL = 0x88b5;
    static final MacAddress NOBODY = MacAddress.parse("02:ff:ff:ff:ff:ff");

    /** A frame that has arrived. */
    record Arrival(long nanos, int number) {}

    final VirtualTime time;
    final SimulatedNetwork network;
    private final Map<String, List<Arrival>> arrivals = new LinkedHashMap<>();
    private final Map<String, List<Frame>> frames = new LinkedHashMap<>();

    SimulationFixture() {
        this(1);
    }

    SimulationFixture(long seed) {
        time = new VirtualTime(seed, VirtualTime.Order.FIFO);
        network = new SimulatedNetwork(time);
    }

    SimulatedNic host(String name) {
        return host(name, NicConfig.DEFAULT);
    }

    SimulatedNic host(String name, NicConfig config) {
        SimulatedNic nic = network.addNic(name, config);
        watch(nic);
        return nic;
    }

    void watch(SimulatedNic nic) {
        List<Arrival> numbers = arrivals.computeIfAbsent(nic.name(), _ -> new ArrayList<>());
        List<Frame> all = frames.computeIfAbsent(nic.name(), _ -> new ArrayList<>());
        ((Readiness.Signal) nic.readiness()).onReadable(() -> time.mainLoop().execute(() -> nic.receive(frame -> {
            numbers.add(new Arrival(time.nanoTime(), number(frame.bytes())));
            all.add(frame);
        }, Integer.MAX_VALUE)));
    }

    /** Two hosts, alice and bob, and a link. */
    Link pair(LinkConfig config) {
        return network.connect(host("alice"), host("bob"), config);
    }

    static int number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(EthernetHeader.LENGTH);
    }

    /** A frame of this length with a number in it, to an address of nobody. */
    static byte[] numbered(SimulatedNic from, MacAddress to, int number, int length) {
        ByteBuffer frame = ByteBuffer.allocate(length);
        EthernetHeader.write(frame, to, from.mac(), EXPERIMENTAL);
        frame.putInt(number);
        return frame.array();
    }

    boolean send(String from, int number) {
        return send(from, number, 100);
    }

    boolean send(String from, int number, int length) {
        SimulatedNic nic = network.nic(from);
        return send(nic, numbered(nic, NOBODY, number, length));
    }

    static boolean send(SimulatedNic nic, byte[] frame) {
        return send(nic, frame, new TransmitOffload());
    }

    static boolean send(SimulatedNic nic, byte[] frame, TransmitOffload offload) {
        nic.sink().frame().put(frame);
        return nic.sink().transmit(frame.length, offload);
    }

    void sendRange(String from, int first, int end) {
        for (int number = first; number < end; number++) {
            send(from, number);
        }
    }

    void run() {
        time.runFor(Duration.ofSeconds(100));
    }

    List<Integer> numbers(String host) {
        return arrivals.get(host).stream().map(Arrival::number).toList();
    }

    List<Arrival> arrivals(String host) {
        return arrivals.get(host);
    }

    List<Frame> frames(String host) {
        return frames.get(host);
    }

    @Override
    public void close() {
        time.close();
    }
}
