package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.core.Counter;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import picocli.CommandLine;

class OverflowTest {
    private static final OverflowLab.Load SMALL =
            new OverflowLab.Load(4000, Duration.ofMillis(500), 16, 40, 1000, 1);

    @Test
    void shouldServeEveryClientWithCookies() {
        OverflowRun run = OverflowLab.run(SMALL, Profile.SEED, SynCookies.ON_OVERFLOW);

        assertThat(run.clients()).isEqualTo(20);
        assertThat(run.served()).isEqualTo(20);
        assertThat(run.accepted()).isEqualTo(20);
        assertThat(run.server().get(Counter.TCP_EXT_REQ_Q_FULL_DROP)).isZero();
        assertThat(run.server().get(Counter.TCP_EXT_SYNCOOKIES_SENT))
                .isEqualTo(run.server().get(Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES));
        assertThat(run.samples()).allSatisfy(sample -> assertThat(sample.synQueue()).isBetween(0.0, 1.0));
    }

    @Test
    void shouldAccountForEachStrangerWithoutCookies() {
        OverflowRun run = OverflowLab.run(SMALL, Profile.SEED, SynCookies.OFF);

        // Of each SYN the listener made a half-open record, of which it has room for 24, or it dropped it.
        long dropped = run.server().get(Counter.TCP_EXT_REQ_Q_FULL_DROP);
        long clientSyns = run.clients() + 1 + run.client().get(Counter.TCP_EXT_SYN_RETRANS);
        assertThat(dropped).isBetween(SMALL.syns() - 24, SMALL.syns() + clientSyns);
        assertThat(run.served() + run.refused() + run.unserved()).isEqualTo(run.clients());
    }

    @Test
    void shouldPutRunsSideBySideAndDrawThem() throws Exception {
        List<OverflowRun> runs = List.of(
                OverflowLab.run(SMALL, Profile.LINUX, SynCookies.ON_OVERFLOW),
                OverflowLab.run(SMALL, Profile.RST, SynCookies.ALWAYS));

        assertThat(OverflowReport.table(SMALL, runs))
                .containsPattern("profile +linux +rst\n")
                .containsPattern("syncookies +on-overflow +always\n")
                .containsPattern("  served +20 +20\n");
        Document drawing = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(OverflowPlot.draw(SMALL, runs))));
        assertThat(drawing.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(drawing.getElementsByTagName("polyline").getLength()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rate=0            | --rate must be at least 1, not 0
            --profile=bsd       | --profile
            --syncookies=maybe  | is not off, on-overflow or always
            --time=3            | is not a time with its unit
            """)
    void shouldRefuseWhatMakesNoSenseWithOneSentence(String option, String part) {
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));

        assertThat(command.execute("overflow", option)).isEqualTo(2);
        assertThat(err.toString()).contains(part).hasLineCount(1);
    }
}
