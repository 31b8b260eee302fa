package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/testing.md shows is compiled and run, and what it says of the configuration is so. */
class TestingPageTest {
    private static final Path PAGE = Path.of("../docs/testing.md");
    private static final Path CODE = Path.of("src/test/java/io/fourtuple/testkit/DocumentedTest.java");

    private static List<String> all(Path file, String regex) throws IOException {
        return Pattern.compile(regex, Pattern.DOTALL).matcher(Files.readString(file)).results()
                .map((MatchResult found) -> found.group(1).stripIndent().strip()).toList();
    }

    @Test
    void shouldShowCodeThatIsCompiledAndRun() throws IOException {
        List<String> shown = all(PAGE, "```java\n(.*?)```");

        assertThat(shown).isEqualTo(all(CODE, "// docs: begin \\w+\n(.*?)\n *// docs: end")).hasSizeGreaterThan(5);
    }

    @Test
    void shouldNameThePropertiesAsTheyAre() throws IOException {
        assertThat(Files.readString(PAGE)).contains(
                "-D" + Settings.SEED + "=", "-D" + Settings.RUNS + "=", "-D" + Settings.CAPTURES + "=");
    }
}
