package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngReader;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.tap.TapConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A stack of two shards on a TAP with two queues, and on one that has but one. */
@NeedsTap
@Timeout(180)
class MultiQueueIT {
    private static final int PORT = 7;
    private static final int CONNECTIONS = 64;
    private static final int OCTETS = 16 << 20;
    private static final long ALL = (long) CONNECTIONS * OCTETS;

    private WatchedQueues queues;

    private TapLab lab() throws Exception {
        return lab(UnaryOperator.identity());
    }

    private TapLab lab(UnaryOperator<TapConfig> before) throws Exception {
        TapLab lab = TapLab.start(
                tap -> before.apply(tap.withQueues(2)),
                config -> config.withShards(2),
                nic -> {
                    queues = new WatchedQueues(nic);
                    return queues;
                });
        lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
        lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));
        return lab;
    }

    private static void echo(TapLab lab) {
        lab.peer().ask("parallel " + TapLab.STACK + " " + PORT + " " + CONNECTIONS + " " + OCTETS);
    }

    @Test
    void shouldEchoSixtyFourConnectionsIntactEachOverTheQueueOfItsShard() throws Exception {
        try (TapLab lab = lab()) {
            echo(lab);

            List<NicStatistics> each = queues.each();
            assertThat(each).hasSize(2).allSatisfy(queue -> {
                assertThat(queue.rxBytes()).isGreaterThan(ALL / 16);
                assertThat(queue.txBytes()).isGreaterThan(ALL / 16);
            });
            StackSnapshot snapshot = lab.snapshot();
            assertThat(snapshot.nic().rxDataBytes()).as("of both").isGreaterThan(ALL);
            assertThat(snapshot.nic().txDataBytes()).as("of both").isGreaterThan(ALL);
            // The kernel gives a flow to the queue it was last sent by, which is that of its shard.
            assertThat(snapshot.counter(Counter.TCP_EXT_STEERED))
                    .isLessThan(snapshot.counter(Counter.TCP_IN_DELIVERS) / 10);
        }
    }

    @Test
    void shouldAnswerPingsByWhicheverQueueTheyCome() throws Exception {
        try (TapLab lab = lab()) {
            for (String size : List.of("56", "4000")) { // whole, and in fragments
                assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", "-s", size, TapLab.STACK))
                        .contains("3 received");
                assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", "-s", size, TapLab.STACK6))
                        .contains("3 received");
            }
            lab.peer().ask("connect six " + TapLab.STACK6 + " " + PORT);
            lab.peer().ask("echo six " + OCTETS);
            lab.peer().ask("close six");
        }
    }

    /** ICMP errors come in at any queue, and are for a connection of any shard. */
    @Test
    void shouldTellEachConnectionWhatARouterSaysOfIt() throws Exception {
        try (TapLab lab = lab()) {
            lab.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0");
            lab.run("ip", "route", "add", "prohibit", TapLab.FAR_NETWORK);
            for (int i = 0; i < 16; i++) {
                var connected = Source.<ByteString>empty()
                        .via(lab.tcp().outgoingConnection(TapLab.FAR_HOST, 80))
                        .runWith(Sink.ignore(), lab.system())
                        .toCompletableFuture();
                assertThatThrownBy(() -> connected.get(30, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(StreamTcpException.class)
                        .hasMessageContaining("refused");
            }
        }
    }

    @Test
    void shouldWorkOnATapOfSomebodyElseThatHasOneQueue() throws Exception {
        try (TapLab lab = lab(tap -> madeBySomebodyElse(tap, List.of()))) {
            echo(lab);
            assertThat(queues.each()).hasSize(1);
            assertThat(lab.snapshot().nic()).isEqualTo(queues.each().getFirst());
        }
    }

    @Test
    void shouldWorkOnATapOfSomebodyElseThatHasSeveral() throws Exception {
        try (TapLab lab = lab(tap -> madeBySomebodyElse(tap, List.of("multi_queue")))) {
            echo(lab);
            assertThat(queues.each()).hasSize(2).allMatch(queue -> queue.rxBytes() > ALL / 16);
        }
    }

    private static TapConfig madeBySomebodyElse(TapConfig tap, List<String> more) {
        List<String> command = new ArrayList<>(
                List.of("ip", "tuntap", "add", "dev", tap.name(), "mode", "tap", "vnet_hdr"));
        command.addAll(more);
        NetworkNamespace.Outcome made = NetworkNamespace.await(NetworkNamespace.launch(command));
        assertThat(made.status()).as(made.text()).isZero();
        return tap;
    }

    @Test
    void shouldSayOnceThatTheDeviceIsGone() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        try (TapLab lab = lab()) {
            lab.peer().ask("connect lost " + TapLab.STACK + " " + PORT);
            log.start();
            root.addAppender(log);
            lab.run("ip", "link", "delete", lab.device());

            lab.stack().whenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } finally {
            root.detachAppender(log);
        }
        assertThat(List.copyOf(log.list)).filteredOn(line -> line.getLevel() == Level.ERROR)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(text -> text.startsWith("stack "))
                .singleElement().asString().contains("was removed");
    }

    @Test
    void shouldCaptureWhatAllQueuesCarry(@TempDir Path directory) throws Exception {
        Path capture = directory.resolve("both.pcapng");
        NicStatistics carried;
        try (TapLab lab = TapLab.start(
                tap -> tap.withQueues(2),
                config -> config.withShards(2),
                nic -> {
                    queues = new WatchedQueues(nic);
                    return capturing(queues, capture);
                })) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.peer().ask("parallel " + TapLab.STACK + " " + PORT + " 16 " + (1 << 20));
            lab.run("ip", "link", "set", lab.device(), "down"); // nothing more comes
            lab.stack().terminate().toCompletableFuture().get(20, TimeUnit.SECONDS);
            carried = queues.each().stream().reduce(NicStatistics::plus).orElseThrow();
        }

        List<CapturedPacket> packets = PcapngReader.read(capture);
        assertThat(packets).filteredOn(packet -> packet.direction() == Direction.INBOUND)
                .hasSize((int) carried.rxFrames());
        assertThat(packets).filteredOn(packet -> packet.direction() == Direction.OUTBOUND)
                .hasSize((int) (carried.txFrames() + carried.txDropped()));
        assertThat(packets).extracting(CapturedPacket::epochNanos).isSorted();
    }

    private static Nic capturing(Nic nic, Path capture) {
        try {
            return new CapturingNic(nic, PcapngWriter.create(capture, PcapngWriter.UNLIMITED));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
