package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fourtuple.api.simulation.Faults;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig;
import io.fourtuple.nic.sim.SimulatedNetwork;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.TimeZone;
import java.util.random.RandomGenerator;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that are run by other tests: some fail, as they are meant to. */
final class Examples {
    private Examples() {}

    private static void say(String what) {
        System.out.println("example: " + what);
    }

    /** Sends a text from one host to another and back, over a link that is laid for it. */
    private static String echo(Simulation simulation, SimulatedHost client, SimulatedHost server, String text) {
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5)));
        simulation.await(server.tcp().bind(server.address(), 7)
                .to(Sink.foreach(connection ->
                        connection.handleWith(Flow.of(ByteString.class), server.materializer())))
                .run(server.materializer()));
        return simulation.await(Source.single(ByteString.fromString(text, StandardCharsets.UTF_8))
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), client.materializer()))
                .utf8String();
    }

    static final class Parameters {
        private Simulation before;

        @BeforeEach
        void begin(Simulation simulation, SimulatedHost client) {
            before = simulation;
            simulation.runFor(Duration.ofSeconds(1));
            assertThat(client.name()).isEqualTo("client");
        }

        @Simulated(order = VirtualTime.Order.SHUFFLED)
        void test(Simulation simulation, SimulatedHost client, SimulatedNetwork network, VirtualTime clock,
                @Host(value = "b", addresses = "10.77.9.9/24") SimulatedHost server, RandomGenerator random) {
            assertThat(simulation).isSameAs(before);
            assertThat(simulation.config().order()).isEqualTo(VirtualTime.Order.SHUFFLED);
            assertThat(network).isSameAs(simulation.network());
            assertThat(clock).isSameAs(simulation.time());
            assertThat(clock.nanoTime()).isEqualTo(Duration.ofSeconds(1).toNanos());
            assertThat(simulation.hosts()).containsExactly(client, server);
            assertThat(server.name()).isEqualTo("b");
            assertThat(server.address()).isEqualTo("10.77.9.9");
            assertThat(random).isSameAs(simulation.random("random"));
            say("seed " + simulation.config().seed());
        }
    }

    static final class DefaultSeeds {
        @Simulated(runs = 2)
        void one(Simulation simulation) {
            assertThat(simulation.now()).isZero();
        }

        @Simulated
        void other(Simulation simulation) {
            assertThat(simulation.now()).isZero();
        }
    }

    static final class FailsWithSeedNine {
        @Simulated(seed = 7, runs = 5)
        void test(Simulation simulation, SimulatedHost client, SimulatedHost server) {
            assertThat(echo(simulation, client, server, "hello")).isEqualTo("hello");
            simulation.runFor(Duration.ofMillis(1500 - simulation.now().toMillis()));
            assertThat(simulation.config().seed()).isNotEqualTo(9);
        }

        @AfterEach
        void letTimePass(Simulation simulation) {
            simulation.runFor(Duration.ofSeconds(10));
        }
    }

    static final class AlwaysCaptures {
        @Simulated(seed = 1, capture = Simulated.Capture.ALWAYS)
        void test(Simulation simulation, SimulatedHost client, SimulatedHost server) {
            assertThat(echo(simulation, client, server, "hello")).isEqualTo("hello");
        }
    }

    static final class NeverCaptures {
        @Simulated(seed = 1, capture = Simulated.Capture.NEVER)
        void test(Simulation simulation) {
            assertThat(simulation.now()).as("no packets of this, please").isPositive();
        }
    }

    static final class LeaksAThread {
        @Simulated
        void test(Simulation simulation) throws InterruptedException {
            Thread thread = new Thread(() -> simulation.time().mainLoop().execute(() -> {}), "leaked");
            thread.start();
            thread.join();
        }
    }

    static final class FailsBefore {
        @BeforeEach
        void begin(Simulation simulation) {
            simulation.runFor(Duration.ofSeconds(3));
            throw new IllegalStateException("before");
        }

        @Simulated
        void test() {
            say("not run");
        }
    }

    static final class IsAborted {
        @Simulated(seed = 1, runs = 2)
        void test(Simulation simulation) {
            assumeThat(simulation.config().seed()).isNotEqualTo(1);
        }
    }

    static final class IsATestTwice {
        @Test
        @Simulated
        void test(Simulation simulation) {
            say("not run");
        }
    }

    static final class IsAParameterizedTestToo {
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        @Simulated
        void test(int value, Simulation simulation) {
            say("not run");
        }
    }

    @Simulated(seed = 5, faults = true)
    static final class OnAClass {
        @Test
        void plain(Simulation simulation) {
            say("plain, seed " + simulation.config().seed());
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterized(int value, Simulation simulation) {
            say("parameterized " + value + ", seed " + simulation.config().seed());
        }

        @Simulated(seed = 8)
        void ofItsOwn(Simulation simulation) {
            assertThat(simulation.faults()).isSameAs(FaultPoints.NEVER);
            say("of its own, seed " + simulation.config().seed());
        }

        @Nested
        final class Inner {
            @Test
            void nested(Simulation simulation) {
                say("nested, seed " + simulation.config().seed());
            }
        }
    }

    @Simulated(seed = 5)
    static final class FailsWithOneOfItsParameters {
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void test(int value, Simulation simulation) {
            assertThat(value + simulation.now().toNanos()).isNotEqualTo(1);
        }
    }

    static final class InAConstructor {
        InAConstructor(Simulation simulation) {
            say("not made");
        }

        @Simulated
        void test() {
            say("not run");
        }
    }

    @Simulated
    static final class BeforeAllTests {
        @BeforeAll
        static void begin(Simulation simulation) {
            say("not run");
        }

        @Test
        void test() {
            say("not run");
        }
    }

    static final class FailsAtAFault {
        @Simulated(seed = 1, runs = 100, faults = true)
        void test(Simulation simulation) {
            for (int i = 0; i < 1000; i++) {
                simulation.runFor(Duration.ofSeconds(1));
                assertThat(Faults.fires("my-point")).isFalse();
            }
        }
    }

    static final class NoSimulation {
        @Simulated(seed = 1, runs = 3)
        void test() {
            assertThat(VirtualTime.isVirtual()).as("whatever the seed").isTrue();
        }
    }

    static final class TooManyRuns {
        @Simulated(runs = 1_000_001)
        void test() {
            say("not run");
        }
    }

    static final class Verified {
        @Simulated(seed = 3, runs = 2, verify = true, faults = true)
        void test(Simulation simulation, SimulatedHost client, SimulatedHost server, RandomGenerator random) {
            String text = "x".repeat(random.nextInt(10_000));
            assertThat(echo(simulation, client, server, text)).isEqualTo(text);
        }
    }

    @Simulated(seed = 3, verify = true)
    static final class VerifiedParameter {
        @ParameterizedTest
        @ValueSource(strings = "it is ")
        void test(String text, Simulation simulation, SimulatedHost client, SimulatedHost server) {
            try {
                echo(simulation, client, server, text + System.nanoTime());
            } catch (RuntimeException e) {
                say("caught " + e.getClass());
            }
        }
    }

    static final class FailsElsewhere {
        @Simulated(verify = true)
        void test(Simulation simulation) {
            assertThat(simulation.now()).isZero();
            assertThat("Asia/Kathmandu America/St_Johns").doesNotContain(TimeZone.getDefault().getID());
        }
    }
}
