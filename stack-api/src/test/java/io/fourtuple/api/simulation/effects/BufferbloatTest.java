package io.fourtuple.api.simulation.effects;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.LinkStatistics;
import io.fourtuple.nic.sim.QueueDiscipline;
import io.fourtuple.nic.sim.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/**
 * A huge queue in front of a slow link. TCP fills any queue until something is lost or the peer's window ends, so that
 * one transfer makes everybody else wait for seconds. A queue that is managed stays short, and the transfer is as fast.
 */
class BufferbloatTest {
    private static final Duration BASE = Duration.ofMillis(40);
    private static final long BANDWIDTH = 4 * LinkConfig.MBIT;
    /** The receive buffer of each connection: 1 MiB takes more than 2 s at that bandwidth, and the queue holds it. */
    private static final BufferLimits WINDOW = BufferLimits.fixed(1 << 20);
    /** Without HyStart++, which leaves slow start as soon as the queue begins to grow. */
    private static final TcpConfig.Recovery FILLS_THE_QUEUE =
            new TcpConfig.Recovery(true, true, true, true, false);
    private static final LinkConfig SLOW =
            LinkConfig.DEFAULT.withBandwidth(BANDWIDTH).withDelay(BASE.dividedBy(2)).withQueueFrames(1000);

    /**
     * What it was like while the transfer went on.
     *
     * @param roundTrips of a ping that is sent when the one before has come back, in the order they came
     * @param utilization which part of the bandwidth the link has used
     * @param dropped frames that the queue has dropped, from the beginning
     */
    private record Result(List<Duration> roundTrips, double utilization, long dropped) {
        Duration longest() {
            return roundTrips.stream().max(Duration::compareTo).orElseThrow();
        }

        Duration median() {
            return roundTrips.stream().sorted().skip(roundTrips.size() / 2).findFirst().orElseThrow();
        }
    }

    private static Result pingBesideATransfer(QueueDiscipline discipline) {
        SimulationConfig config = SimulationConfig.ofSeed(1);
        TcpConfig tcp = config.stack().tcp().withReceiveBuffer(WINDOW).withRecovery(FILLS_THE_QUEUE);
        config = config.withStack(config.stack().withTcp(tcp));
        try (Simulation simulation = Simulation.start(config)) {
            SimulatedHost client = simulation.host("client");
            SimulatedHost server = simulation.host("server");
            Switch modem = simulation.network().addSwitch("modem");
            simulation.network().connect(client.nic(), modem, LinkConfig.DEFAULT);
            Link slow = simulation.network().connect(modem, server.nic(), SLOW.withDiscipline(discipline));
            server.run(Programs::echo);
            server.run(Programs::discard);
            List<Duration> roundTrips = new ArrayList<>();
            ping(simulation, client, server, roundTrips);
            simulation.runFor(Duration.ofSeconds(1));
            assertThat(roundTrips.getLast()).isBetween(BASE, BASE.plusMillis(1));

            Programs.upload(client, server, Integer.MAX_VALUE);
            simulation.runFor(Duration.ofSeconds(5)); // slow start, in which each queue is too long for a moment
            roundTrips.clear();
            long before = slow.forward().statistics().deliveredBytes();
            simulation.runFor(Duration.ofSeconds(15));
            LinkStatistics after = slow.forward().statistics();
            return new Result(
                    roundTrips, (after.deliveredBytes() - before) * 8.0 / 15 / BANDWIDTH, after.dropped());
        }
    }

    /** Sends a word, waits for its echo, sends the next one. */
    private static void ping(Simulation simulation, SimulatedHost from, SimulatedHost to, List<Duration> roundTrips) {
        ByteString word = ByteString.fromString("ping");
        Duration[] sentAt = {Duration.ZERO};
        Flow<ByteString, ByteString, ?> pings = Flow.of(ByteString.class).map(_ -> {
            roundTrips.add(simulation.now().minus(sentAt[0]));
            sentAt[0] = simulation.now();
            return word;
        });
        from.tcp().outgoingConnection(to.address(), Programs.ECHO)
                .join(pings.prepend(Source.single(word)))
                .run(from.materializer());
    }

    @Test
    void shouldMakeOthersWaitForSecondsBehindAHugeQueue() {
        Result result = pingBesideATransfer(new QueueDiscipline.DropTail());

        assertThat(result.median()).isGreaterThan(Duration.ofSeconds(2));
        assertThat(result.utilization()).isGreaterThan(0.99);
        assertThat(result.dropped()).isZero();
    }

    @Test
    void shouldMakeNobodyWaitUnderCoDel() {
        Result result = pingBesideATransfer(QueueDiscipline.CoDel.DEFAULT);

        assertThat(result.median()).isLessThan(BASE.plusMillis(10));
        assertThat(result.longest()).isLessThan(BASE.plusMillis(40));
        assertThat(result.utilization()).isGreaterThan(0.95);
        assertThat(result.dropped()).isPositive();
    }

    @Test
    void shouldSendOthersFirstUnderFqCoDel() {
        Result result = pingBesideATransfer(QueueDiscipline.FqCoDel.DEFAULT);

        Duration oneFrame = Duration.ofNanos(1514 * 8 * 1_000_000_000L / BANDWIDTH);
        assertThat(result.longest()).isLessThan(BASE.plus(oneFrame).plusMillis(1)); // it waits for what is being sent
        assertThat(result.utilization()).isGreaterThan(0.95);
    }
}
