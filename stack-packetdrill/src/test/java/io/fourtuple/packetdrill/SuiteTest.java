package io.fourtuple.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fourtuple.packetdrill.Mutations.Mutant;
import io.fourtuple.packetdrill.Suite.Result;
import io.fourtuple.packetdrill.engine.HostProfile;
import io.fourtuple.packetdrill.engine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The scripts of the FreeBSD suite, where they are: none is part of this project. */
class SuiteTest {
    private static final Set<String> CONDITIONS = Set.of("STANDARD");
    /** So many pass. Those that do not are told of in docs/packetdrill.md. */
    private static final int PASSING = 611;
    /** Each so many-th script is mutated, to save time; the command does so to all. */
    private static final int MUTATED = 20;

    private static List<Path> scripts() throws IOException {
        Path suites = Path.of(System.getProperty("packetdrill.suites", "../../shared/conformance/packetdrill"));
        Path freebsd = suites.resolve("freebsd");
        assumeTrue(Files.isDirectory(freebsd), "there are no scripts in " + freebsd.toAbsolutePath().normalize()
                + ": say -Dpacketdrill.suites=FOLDER where they are");
        return Suite.find(List.of(freebsd));
    }

    @Test
    void shouldPassAsManyAsBefore() throws IOException {
        List<String> others = new ArrayList<>();
        int passed = 0;
        List<Path> scripts = scripts();
        try (Suite suite = new Suite(HostProfile.FREEBSD, false, CONDITIONS)) {
            for (Path script : scripts) {
                Outcome outcome = suite.run(script).outcome();
                if (outcome instanceof Outcome.Passed) {
                    passed++;
                } else {
                    others.add(script.getFileName() + " " + outcome);
                }
            }
        }

        assertThat(passed).as("of %d scripts; the others: %s", scripts.size(), String.join("\n", others))
                .isGreaterThanOrEqualTo(PASSING);
    }

    @Test
    void shouldNoticeMutations() throws IOException {
        List<String> survivors = new ArrayList<>();
        int mutants = 0;
        List<Path> scripts = scripts();
        try (Suite suite = new Suite(HostProfile.FREEBSD, false, CONDITIONS)) {
            for (int i = 0; i < scripts.size(); i += MUTATED) {
                Result result = suite.run(scripts.get(i));
                if (!(result.outcome() instanceof Outcome.Passed)) {
                    continue;
                }
                for (Mutant mutant : Mutations.of(result.script().orElseThrow())) {
                    mutants++;
                    if (suite.run(scripts.get(i), mutant.script()).outcome() instanceof Outcome.Passed) {
                        survivors.add(scripts.get(i).getFileName() + " " + mutant.kind() + " line " + mutant.line());
                    }
                }
            }
        }

        assertThat(mutants).isPositive();
        assertThat(survivors).isEmpty();
    }
}
