package io.fourtuple.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void shouldComplainOfWhatNothingShowsAndOfWhatDoesNotExist() throws IOException {
        Claim.TestMethod test = new Claim.TestMethod("x/XTest.java", "XTest", "shouldX", true);
        Claim.TestMethod other = new Claim.TestMethod("x/XTest.java", "XTest", "prepare", false);

        assertThat(new Matrix(List.of(
                new Claim.OfRule(test, 9293, "MUST-2"),
                new Claim.OfRule(test, 9293, "MUST-999"),
                new Claim.OfRule(test, 9293, "MAY-14"),
                new Claim.OfRule(test, 5681, "SHLD-1"),
                new Claim.OfRule(test, 1, "3.1"),
                new Claim.OfRule(other, 9293, "MUST-3"),
                new Claim.OfAttack(test, 17))).faults())
                .contains("RFC 9293 has no MUST-999: XTest.shouldX",
                        "MAY-14 is said to be left out, but is tested: XTest.shouldX",
                        "a rule of RFC 5681 is a section, not SHLD-1: XTest.shouldX",
                        "rfcs.csv lacks RFC 1",
                        "nothing tests RFC 1191",
                        "XTest.prepare has @Rfc or @Attack, but is no test",
                        "there is no attack 17: XTest.shouldX",
                        "nothing tests attack 1",
                        "SHLD-7 is done differently, but no test shows how")
                .anyMatch(fault -> fault.startsWith("MUST-1 has neither a test nor a decision: "))
                .noneMatch(fault -> fault.startsWith("MUST-2 "));
    }

    @Test
    void shouldKnowAllRequirements() throws IOException {
        Matrix matrix = new Matrix(Claim.read(ROOT));

        assertThat(matrix.requirements()).hasSize(119);
        assertThat(matrix.requirements().stream().filter(Matrix.Requirement::isMust)).hasSize(69);
    }
}
