package io.fourtuple.api.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private long run(long seed, List<String> notes) {
        try (Simulation sim = Simulation.start(SimulationConfig.ofSeed(seed).withOrder(VirtualTime.Order.SHUFFLED))) {
            sim.time().setJournal((t, s, v) -> notes.add(t + " " + s + " " + v));
            SimulatedHost a = sim.host("a");
            SimulatedHost b = sim.host("b");
            sim.network().connect(a.nic(), b.nic(),
                    LinkConfig.DEFAULT.withDelay(Duration.ofMillis(50)).withLoss(0.01));
            sim.await(b.tcp().bind(b.address(), 7).to(Sink.foreach(c -> c.handleWith(Flow.of(ByteString.class),
                    b.materializer()))).run(b.materializer()));
            ByteString chunk = ByteString.fromArray(new byte[10_000]);
            long got = sim.await(Source.repeat(chunk).take(100).via(a.tcp().outgoingConnection(b.address(), 7))
                    .runWith(Sink.fold(0L, (n, bytes) -> n + bytes.length()), a.materializer()));
            assertThat(got).isEqualTo(1_000_000);
            System.out.println(sim + " events " + sim.time().eventsRun() + " notes " + notes.size());
            return sim.time().nanoTime();
        }
    }

    @Test
    void shouldRepeat() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        long start = System.nanoTime();
        run(1, first);
        System.out.println(Duration.ofNanos(System.nanoTime() - start));
        start = System.nanoTime();
        run(1, second);
        System.out.println(Duration.ofNanos(System.nanoTime() - start));
        assertThat(second).isEqualTo(first);
        second.clear();
        run(2, second);
        assertThat(second).isNotEqualTo(first);
    }
}
