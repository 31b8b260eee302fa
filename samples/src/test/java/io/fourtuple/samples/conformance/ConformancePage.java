package io.fourtuple.samples.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code docs/conformance.md}, as it follows from a {@link Matrix}. */
final class ConformancePage {
    static final String COMMAND = "./run conformance";

    private static final String HEAD = """
            # Conformance

            What RFCs ask for, and the test that shows it. This page is written by `./run conformance` from the
            annotations `@Rfc` and `@Attack` of the tests and from the lists in [samples]; the build fails when a
            requirement of RFC 9293 has neither a test nor a reason, when a MUST has no test, when an attack is not
            made by any test, and when this page differs from what the command writes.

            [samples]: ../samples/src/test/resources/conformance

            """;
    private static final String PACKETDRILL = """
            ## packetdrill

            Scripts of the FreeBSD suite that do not pass, and why: [packetdrill](packetdrill.md#the-freebsd-suite).
            """;

    private final StringBuilder page = new StringBuilder();

    private ConformancePage() {}

    static String write(Matrix matrix) {
        ConformancePage page = new ConformancePage();
        page.page.append(HEAD);
        page.requirements(matrix);
        page.rfcs(matrix);
        page.attacks(matrix);
        page.page.append(PACKETDRILL);
        return page.page.toString();
    }

    private void requirements(Matrix matrix) {
        page.append("## RFC 9293\n\n");
        long tested = matrix.requirements().stream().filter(each -> isFulfilled(matrix, each)).count();
        long musts = matrix.requirements().stream().filter(Matrix.Requirement::isMust).count();
        long mustsAsSaid = matrix.requirements().stream()
                .filter(each -> each.isMust() && isFulfilled(matrix, each)).count();
        page.append("%d requirements: %d fulfilled and tested, %d decided otherwise. Of %d MUSTs, %d.%n%n".formatted(
                matrix.requirements().size(), tested, matrix.requirements().size() - tested, musts, mustsAsSaid));
        page.append("| id | § | requirement | tested by |\n|---|---|---|---|\n");
        for (Matrix.Requirement each : matrix.requirements()) {
            Matrix.Decision decision = matrix.decisionOf(each.id());
            String tests = links(matrix.testsOf(Matrix.TCP, each.id()));
            String why = decision == null ? "" : (decision.isLeftOut() ? "**left out**: " : "**different**: ")
                    + decision.reason() + (tests.isEmpty() ? "" : "<br>");
            row(each.id(), each.section(), each.summary(), why + tests);
        }
        page.append('\n');
    }

    private static boolean isFulfilled(Matrix matrix, Matrix.Requirement requirement) {
        return matrix.decisionOf(requirement.id()) == null;
    }

    private void rfcs(Matrix matrix) {
        page.append("## Other RFCs, by section\n\n| RFC | § | tested by |\n|---|---|---|\n");
        Map<Integer, String> titles = new TreeMap<>(matrix.rfcs());
        titles.forEach((rfc, title) -> matrix.rulesOf(rfc).forEach(
                (section, tests) -> row(rfc + " " + title, section, links(tests))));
        page.append('\n');
    }

    private void attacks(Matrix matrix) {
        page.append("## Attacks\n\n| | attack | answer | tested by |\n|---|---|---|---|\n");
        for (Matrix.Attacked each : matrix.attacks()) {
            row(String.valueOf(each.number()), each.attack(), each.answer(), links(matrix.testsOf(each)));
        }
        page.append('\n');
    }

    private void row(String... cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String links(List<Claim> claims) {
        return String.join("<br>", claims.stream().map(ConformancePage::link).distinct().toList());
    }

    private static String link(Claim claim) {
        return "[" + claim.name() + "](../" + claim.method().source() + ")";
    }
}
