package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is compiled and run elsewhere, and what it points to is there. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> PAGES = List.of(
            "README.md", "docs/architecture.md", "docs/bounds.md", "docs/conformance.md", "docs/deviations.md",
            "docs/testing.md", "samples/embedding/README.md");

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void shouldShowCodeThatIsCompiledAndRun() throws IOException {
        String program = Files.readString(ROOT.resolve("consumer/src/main/java/example/Main.java"));
        String code = between(program, "// README: begin\n", "        // README: end").stripTrailing().stripIndent();

        assertThat(between(readme(), "```java\n", "```").strip()).isEqualTo(code);
        assertThat(code.lines().filter(line -> !line.isBlank())).hasSize(11);
    }

    @Test
    void shouldPointToFilesThatAreThere() throws IOException {
        for (String page : PAGES) {
            Path file = ROOT.resolve(page);
            Pattern.compile("(?:\\]\\(|^\\[[^\\]]+\\]: )(?!https?:)([^)#\\s]+)", Pattern.MULTILINE)
                    .matcher(Files.readString(file)).results()
                    .forEach(link -> assertThat(file.resolveSibling(link.group(1))).as(page).exists());
        }
    }

    @Test
    void shouldNameTheTestCommand() throws IOException {
        assertThat(readme()).contains("`mvn verify`");
        assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains("\nmvn -B verify");
    }

    private static String between(String text, String begin, String end) {
        int start = text.indexOf(begin) + begin.length();
        return text.substring(start, text.indexOf(end, start));
    }
}
