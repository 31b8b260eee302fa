package io.fourtuple.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.packetdrill.Mutations.Mutant;
import io.fourtuple.packetdrill.Suite.Result;
import io.fourtuple.packetdrill.engine.HostProfile;
import io.fourtuple.packetdrill.engine.Outcome;
import io.fourtuple.packetdrill.script.ScriptParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The scripts of this project: what each area of TCP does, octet by octet, and whether Linux does the same. */
class OwnScriptsTest {
    static final Path SCRIPTS = Path.of("src/test/resources/scripts");

    /** What the FreeBSD suite does not look at. */
    private static final Set<String> AREAS = Set.of("sack", "rack", "tlp", "prr", "frto-undo", "cubic", "slow-start",
            "nagle-cork", "delayed-ack", "window-sws", "zero-window", "pmtud", "keep-alive", "user-timeout",
            "time-wait", "ecn", "timestamps-paws", "sequence-wrap", "syn-cookies", "rfc5961", "tfo", "accecn",
            "error-queue");
    private static final int AT_LEAST = 150;
    private static final int AT_LEAST_IN_AN_AREA = 6;
    private static final int LONGEST_LINE = 120;
    private static final Pattern KERNEL =
            Pattern.compile("(Linux 6\\.\\d+: (agrees|differs: \\S.*)|not asked: \\S.*)");
    private static final Pattern REFERENCE = Pattern.compile("RFC \\d{3,4}|tcp_\\w+|Minshall|\\w+\\(\\d\\)");

    /** The MSS that we announce, in a SYN or SYN-ACK. */
    private static final Pattern OUR_MSS = Pattern.compile("(?m)^(?<before>.* > .*<mss )1460");
    private static final Set<String> ONLY_V4 =
            Set.of("initial-window-of-ethernet.pkt", "large-segments-of-a-jumbo-frame.pkt");

    private static List<Path> scripts;
    private static Suite suite;

    @BeforeAll
    static void open() throws IOException {
        scripts = Suite.find(List.of(SCRIPTS));
        suite = new Suite(HostProfile.LINUX, false, Set.of());
    }

    @AfterAll
    static void close() {
        suite.close();
    }

    @TestFactory
    Stream<DynamicTest> shouldPass() {
        return scripts.stream().map(script -> DynamicTest.dynamicTest(SCRIPTS.relativize(script).toString(), () -> {
            Result result = suite.run(script);

            assertThat(result.outcome()).isEqualTo(new Outcome.Passed());
            assertThat(result.unexpected()).as("sent, and no line expects it").isEmpty();
        }));
    }

    /** The same text, but for what depends on the length of the IP header or on ICMP. */
    @TestFactory
    Stream<DynamicTest> shouldPassOverIpv6() {
        return scripts.stream().filter(OwnScriptsTest::isOfBothVersions)
                .map(script -> DynamicTest.dynamicTest(SCRIPTS.relativize(script).toString(), () -> {
                    String text = "--ip_version=ipv6\n"
                            + OUR_MSS.matcher(Files.readString(script)).replaceAll("${before}1440");

                    Result result = suite.run(script, ScriptParser.parse(script.toString(), text, Set.of()));

                    assertThat(result.outcome()).isEqualTo(new Outcome.Passed());
                    assertThat(result.unexpected()).as("sent, and no line expects it").isEmpty();
                }));
    }

    private static boolean isOfBothVersions(Path script) {
        return !script.startsWith(SCRIPTS.resolve("pmtud")) && !ONLY_V4.contains(script.getFileName().toString())
                && !saysAddresses(script);
    }

    /** As those do that have a cookie of Fast Open, which is made of them. */
    private static boolean saysAddresses(Path script) {
        try {
            return Files.readString(script).startsWith("--local_ip=");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNoticeMutations() throws IOException {
        List<String> survivors = new ArrayList<>();
        int mutants = 0;
        for (Path script : scripts) {
            for (Mutant mutant : Mutations.of(suite.run(script).script().orElseThrow())) {
                mutants++;
                if (suite.run(script, mutant.script()).outcome() instanceof Outcome.Passed) {
                    survivors.add(SCRIPTS.relativize(script) + " " + mutant.kind() + " line " + mutant.line());
                }
            }
        }

        assertThat(mutants).isGreaterThan(4 * AT_LEAST);
        assertThat(survivors).isEmpty();
    }

    @Test
    void shouldBeManyInEveryArea() {
        assertThat(scripts).hasSizeGreaterThanOrEqualTo(AT_LEAST);
        Set<String> areas = new TreeSet<>();
        scripts.forEach(script -> areas.add(SCRIPTS.relativize(script).getName(0).toString()));
        assertThat(areas).containsExactlyInAnyOrderElementsOf(AREAS);
        for (String area : AREAS) {
            assertThat(scripts.stream().filter(script -> script.startsWith(SCRIPTS.resolve(area)))).as(area)
                    .hasSizeGreaterThanOrEqualTo(AT_LEAST_IN_AN_AREA);
        }
    }

    @Test
    void shouldSayWhatTheyShowAndWhatLinuxDoes() throws IOException {
        for (Path script : scripts) {
            List<String> lines = Files.readAllLines(script);
            List<String> comments = lines.stream()
                    .filter(line -> line.startsWith("# "))
                    .map(line -> line.substring(2))
                    .toList();
            assertThat(comments).as("%s", script).hasSizeGreaterThanOrEqualTo(2);
            assertThat(comments.getLast()).as("%s", script).matches(KERNEL);
            assertThat(String.join(" ", comments.subList(0, comments.size() - 1))).as("%s", script)
                    .containsPattern(REFERENCE);
            assertThat(lines).as("%s", script).allMatch(line -> line.length() <= LONGEST_LINE);
        }
    }
}
