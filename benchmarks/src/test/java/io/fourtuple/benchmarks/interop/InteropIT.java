package io.fourtuple.benchmarks.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.pcapng.Tshark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small part of the grid of {@link Interop}. Asserts nothing about speed. */
class InteropIT {
    private static final double SECONDS = 1.5;
    private static final Duration DRAIN = Duration.ofSeconds(60);
    private static final int CAPTURED_FRAMES = 2_000;
    private static final List<Cell> CELLS = List.of(
            new Cell(1, 20, Fault.NONE, Congestion.CUBIC),
            new Cell(1, 20, Fault.REORDERING, Congestion.BBR),
            new Cell(1, 20, Fault.CORRUPTION, Congestion.RENO),
            new Cell(5, 1, Fault.DUPLICATION, Congestion.CUBIC));

    @BeforeAll
    static void needRoot() {
        NetworkNamespace.assumePossible(InteropIT.class);
    }

    @Test
    @Timeout(300)
    void shouldCarryDataIntactBothWaysAndGiveTsharkNothingToComplainOf(@TempDir Path directory) throws Exception {
        Findings findings = new Findings();
        try (Lab lab = Lab.open()) {
            for (Way way : List.of(Way.OURS_TO_KERNEL, Way.KERNEL_TO_OURS)) {
                Path capture = directory.resolve(way.name() + ".pcapng");
                var run = new Lab.Run(way, CELLS, SECONDS, 1, Optional.of(capture), CAPTURED_FRAMES);

                List<Measured> measured = lab.measure(run, DRAIN);

                assertThat(measured).hasSameSizeAs(CELLS).allSatisfy(cell -> {
                    assertThat(cell.failures()).isEmpty();
                    assertThat(cell.framesHit()).isPositive();
                });
                examine(capture, findings);
            }
        }
        assertThat(findings.faults()).isEmpty();
    }

    private static void examine(Path capture, Findings findings) throws Exception {
        if (Tshark.isPresent()) {
            findings.add(capture.getFileName().toString(), ExpertInfo.of(capture));
        } else {
            System.out.println("not shown to tshark, which is not installed: " + capture.getFileName());
        }
    }
}
