package io.fourtuple.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.tcp.IsnGenerator;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.core.tcp.ReceivedChunk;
import io.fourtuple.core.tcp.ShardMemory;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.tcp.TimestampOffsets;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two whole hosts with one connection, from Ethernet up, on a link that loses, delays, reorders and repeats, in virtual
 * time. Each sends the other so many octets, and checks what it gets.
 */
final class TwoHosts {
    static final long MILLIS = 1_000_000L;
    static final int LARGEST_FRAME = 1514;
    /** So patient that no connection gives up. */
    private static final long FOR_EVER = 100_000_000 * MILLIS;

    /** What share of the frames the link loses, is 3 ms late with, and delivers twice. */
    record Link(double loss, double late, double twice) {}

    final Host client;
    final Host server;
    final int octets;
    private final Link link;
    private final FaultPoints faults;
    private final Random random;
    private final PriorityQueue<Flight> flights = new PriorityQueue<>((a, b) -> {
        int byTime = Long.signum(a.arrival - b.arrival);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private long order;
    private long latestArrival;
    long now = Long.MAX_VALUE - 10_000 * MILLIS;
    int largestFrame;
    long lost;
    long reordered;

    private record Flight(long arrival, long order, Host to, byte[] frame) {}

    TwoHosts(String client, String server, int prefix, int octets, Link link, long seed, FaultPoints faults) {
        this.octets = octets;
        this.link = link;
        this.faults = faults;
        random = new Random(seed);
        latestArrival = now;
        IpAddress a = IpAddress.parse(client);
        IpAddress b = IpAddress.parse(server);
        FourTuple tuple = new FourTuple(a, 40000, b, 7);
        this.client = new Host(this, tuple, prefix, new MacAddress(0x02_00_00_00_00_01L), 11, 22);
        this.server = new Host(this, tuple.reversed(), prefix, new MacAddress(0x02_00_00_00_00_02L), 22, 11);
    }

    void send(Host from, byte[] frame) {
        largestFrame = Math.max(largestFrame, frame.length);
        if (random.nextDouble() < link.loss) {
            lost++;
            return;
        }
        long arrival = now + 20 * MILLIS + (random.nextDouble() < link.late ? 3 * MILLIS : 0);
        if (arrival - latestArrival < 0) {
            reordered++;
        }
        latestArrival = arrival;
        Host to = from == client ? server : client;
        flights.add(new Flight(arrival, order++, to, frame));
        if (link.twice > 0 && random.nextDouble() < link.twice) {
            flights.add(new Flight(arrival + MILLIS, order++, to, frame));
        }
    }

    void transfer() {
        client.connect();
        while (!client.isDone() || !server.isDone()) {
            long next = Deadline.earlier(client.deadline(), server.deadline());
            if (!flights.isEmpty()) {
                next = Deadline.earlier(next, flights.peek().arrival);
            }
            assertThat(next).as("something happens next").isNotEqualTo(Deadline.NONE);
            now = next - now > 0 ? next : now;
            while (!flights.isEmpty() && flights.peek().arrival - now <= 0) {
                Flight flight = flights.poll();
                flight.to.receive(flight.frame);
            }
            client.handleTimeout();
            server.handleTimeout();
        }
    }

    /** Octet {@code n} of a stream, computable at both ends so that 64 MiB need not be kept. */
    private static byte octet(long seed, long n) {
        long x = (n >>> 3) * 0x9e3779b97f4a7c15L + seed;
        x = (x ^ (x >>> 29)) * 0xbf58476d1ce4e5b9L;
        return (byte) (x >>> ((n & 7) * 8));
    }

    /** One host with one connection that sends and checks. */
    static final class Host implements FrameSink {
        final TwoHosts net;
        final FourTuple tuple;
        final Counters counters = new Counters();
        private final IpHost ip;
        private final TcpConfig config = patient();
        private final ShardMemory memory;
        private final IsnGenerator isns;
        private final TimestampOffsets timestampOffsets;
        private final OutboundSegment out = new OutboundSegment();
        private final ByteBuffer frame = ByteBuffer.allocate(LARGEST_FRAME);
        private final long sendSeed;
        private final long receiveSeed;
        private HalfOpen halfOpen;
        private TcpConnection connection;
        private Path path;
        private int sent;
        private boolean established;
        private boolean peerClosed;
        int received;

        Host(TwoHosts net, FourTuple tuple, int prefix, MacAddress mac, long sendSeed, long receiveSeed) {
            this.net = net;
            this.tuple = tuple;
            this.sendSeed = sendSeed;
            this.receiveSeed = receiveSeed;
            ip = new IpHost(
                    IpConfig.defaults().withAddresses(List.of(new InterfaceAddress(tuple.local(), prefix))),
                    new LinkProperties(LinkProperties.Medium.ETHERNET, mac, 1500, false, 0), this, counters,
                    new Random(7));
            ip.setFaults(net.faults);
            MemoryBudget.Limits limits = new MemoryBudget.Limits(1 << 28, 1 << 29, 1 << 30);
            memory = new ShardMemory(new MemoryBudget(limits, 1000), counters, () -> { }, net.faults);
            IsnGenerator fixed = (_, _) -> -5;
            isns = fixed.with(net.faults);
            timestampOffsets = new TimestampOffsets(sendSeed, 1).with(net.faults, net.now);
            path = ip.pathTo(tuple.remote());
        }

        private static TcpConfig patient() {
            TcpConfig.Retransmission r = TcpConfig.defaults().retransmission();
            return TcpConfig.defaults().withRetransmission(new TcpConfig.Retransmission(r.initialTimeout(),
                    r.minTimeout(), r.maxTimeout(), FOR_EVER, 1000, FOR_EVER, 0));
        }

        void connect() {
            connection = TcpConnection.connect(tuple, isns.next(tuple, net.now), timestampOffsets.of(tuple),
                    path.properties(), config, memory, net.now);
            turn();
        }

        @Override
        public ByteBuffer frame() {
            return frame.clear();
        }

        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            byte[] bytes = new byte[length];
            frame.get(0, bytes);
            net.send(this, bytes);
            return true;
        }

        void receive(byte[] bytes) {
            Ingress ingress = ip.receive(new Frame(bytes), net.now);
            while (ingress != null) {
                if (ingress instanceof Ingress.Tcp tcp) {
                    onSegment(tcp.segment());
                }
                ingress = ip.pollIngress(net.now);
            }
            turn();
        }

        private void onSegment(TcpSegment segment) {
            long now = net.now;
            if (connection != null) {
                connection.handleSegment(segment, now);
            } else if (halfOpen == null) {
                halfOpen = HalfOpen.of(tuple, segment, isns.next(tuple, now), timestampOffsets.of(tuple),
                        path.properties(), config, now);
                halfOpen.fillSynAck(out, now);
                ip.transmit(path, tuple, out, now);
            } else {
                switch (halfOpen.handleSegment(segment, out, now)) {
                    case IGNORE, SKIPPED -> { }
                    case REPLY -> ip.transmit(path, tuple, out, now);
                    case COMPLETE -> connection = halfOpen.complete(segment, memory, now);
                    case RESET, REMOVE -> throw new AssertionError("the peer reset the open");
                }
            }
        }

        private void turn() {
            if (connection == null) {
                return;
            }
            long now = net.now;
            for (TcpEvent e = connection.pollEvent(); e != null; e = connection.pollEvent()) {
                established |= e == TcpEvent.ESTABLISHED;
                peerClosed |= e == TcpEvent.PEER_CLOSED;
                assertThat(e.isLast() && e != TcpEvent.CLOSED).as("%s", e).isFalse();
            }
            for (ReceivedChunk c = connection.receive(1 << 20, now); c != null; c = connection.receive(1 << 20, now)) {
                check(c);
            }
            if (established) {
                feed(now);
            }
            while (connection.pollTransmit(out, now)) {
                ip.transmit(path, tuple, out, now);
            }
        }

        private void check(ReceivedChunk c) {
            for (int i = 0; i < c.length(); i++) {
                if (c.array()[c.offset() + i] != octet(receiveSeed, received + i)) {
                    throw new AssertionError("octet " + (received + i) + " is wrong");
                }
            }
            received += c.length();
        }

        private void feed(long now) {
            int room = Math.min(connection.sendSpace(), net.octets - sent);
            if (room > 0) {
                byte[] chunk = new byte[room];
                for (int i = 0; i < room; i++) {
                    chunk[i] = octet(sendSeed, sent + i);
                }
                sent += connection.send(ByteBuffer.wrap(chunk), now);
            }
            if (sent == net.octets) {
                connection.shutdownOutput(now);
            }
        }

        boolean isDone() {
            return peerClosed && received == net.octets && sent == net.octets && connection.info(net.now).unsent() == 0
                    && connection.info(net.now).unacknowledged() == 0;
        }

        long deadline() {
            long deadline = ip.deadline();
            if (connection != null) {
                deadline = Deadline.earlier(deadline, connection.deadline());
            } else if (halfOpen != null) {
                deadline = Deadline.earlier(deadline, halfOpen.deadline());
            }
            return deadline;
        }

        void handleTimeout() {
            long now = net.now;
            ip.handleTimeout(now);
            if (connection != null) {
                connection.handleTimeout(now);
                turn();
            } else if (halfOpen != null && halfOpen.handleTimeout(out, now) == HalfOpen.Verdict.REPLY) {
                ip.transmit(path, tuple, out, now);
            }
        }
    }
}
