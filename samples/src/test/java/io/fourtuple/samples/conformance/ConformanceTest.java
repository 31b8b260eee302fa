package io.fourtuple.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Each requirement of RFC 9293 has its test or its reason, and {@code docs/conformance.md} says which. */
class ConformanceTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("docs/conformance.md");

    @Test
    void shouldHaveATestOrAReasonForEachRequirement() throws IOException {
        assertThat(new Matrix(Claim.read(ROOT)).faults()).as("what is wrong with tests and decisions").isEmpty();
    }

    @Test
    void shouldSayOnThePageWhatTestsSay() throws IOException {
        String page = ConformancePage.write(new Matrix(Claim.read(ROOT)));
        if (Boolean.getBoolean("conformance.write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.exists(PAGE) && Files.readString(PAGE).equals(page))
                .as("%s is what %s writes", PAGE, ConformancePage.COMMAND).isTrue();
    }

    @Test
    void shouldKnowAllRequirements() throws IOException {
        Matrix matrix = new Matrix(Claim.read(ROOT));

        assertThat(matrix.requirements()).hasSize(119);
        assertThat(matrix.requirements().stream().filter(Matrix.Requirement::isMust)).hasSize(69);
    }
}
