package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Failures are counted by the time that the actor's loop has: hours of a simulation are hours. */
class SupervisionTest {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Simulation simulation = Simulation.start(SimulationConfig.ofSeed(1));
    private final List<String> failures = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final List<Object> received = new ArrayList<>();

    @AfterEach
    void close() {
        simulation.close();
    }

    private ActorRef<Object> start(int restarts) {
        return simulation.system().systemActorOf(
                Supervision.restarting(
                        new StackConfig.Supervision(restarts, WITHIN),
                        failure -> failures.add(failure.getMessage()),
                        failure -> ends.add(failure.getMessage()),
                        Behaviors.receiveMessage(message -> {
                            received.add(message);
                            if (message.equals("throw")) {
                                throw new IllegalStateException("on purpose");
                            }
                            return Behaviors.same();
                        })),
                "supervised", Props.empty());
    }

    private void fail(ActorRef<Object> actor, int times) {
        for (int i = 0; i < times; i++) {
            actor.tell("throw");
            simulation.time().runReady();
        }
    }

    @Test
    void shouldGoOnWhenFailuresAreFarApart() {
        ActorRef<Object> actor = start(2);
        for (int i = 0; i < 10; i++) {
            fail(actor, 2);
            simulation.runFor(WITHIN);
        }
        actor.tell("still here");
        simulation.time().runReady();
        assertThat(failures).hasSize(20);
        assertThat(ends).isEmpty();
        assertThat(received).endsWith("still here");
    }

    @Test
    void shouldEndWithTheFailureThatIsOneTooMany() {
        ActorRef<Object> actor = start(2);
        fail(actor, 2);
        simulation.runFor(WITHIN.minusNanos(1));
        assertThat(ends).isEmpty();
        fail(actor, 1);
        assertThat(failures).hasSize(3);
        assertThat(ends).containsExactly("on purpose");
        actor.tell("nobody");
        simulation.time().runReady();
        assertThat(received).doesNotContain("nobody");
    }

    @Test
    void shouldEndAtOnceWhenNoRestartIsAllowed() {
        fail(start(0), 1);
        assertThat(ends).containsExactly("on purpose");
    }
}
