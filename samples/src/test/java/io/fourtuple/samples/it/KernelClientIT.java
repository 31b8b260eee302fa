package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.PcapngWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified programs of the kernel's side talk to an echo server on the stack. */
@NeedsTap
class KernelClientIT {
    private static final int PORT = 7;
    private static final long GIBIBYTE = 1L << 30;
    private static final int LARGE_FRAME = 16 * 1024;

    private static TapLab lab;

    @BeforeAll
    static void start() throws Exception {
        lab = TapLab.start();
        lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
        lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));
    }

    @AfterAll
    static void stop() throws Exception {
        lab.close();
    }

    @Test
    void shouldAnswerPing() throws Exception {
        assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK)).contains("3 received");
        assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK6)).contains("3 received");
    }

    /** Request and reply are larger than the MTU, so both come in fragments. */
    @Test
    void shouldAnswerPingInFragments() throws Exception {
        assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", "-s", "4000", TapLab.STACK))
                .contains("3 received");
        assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", "-s", "65000", TapLab.STACK6))
                .contains("3 received");
    }

    @Test
    void shouldEchoOneGibibyteIntactInLargeFrames() {
        NicStatistics before = lab.nicStatistics();

        lab.peer().ask("connect big " + TapLab.STACK + " " + PORT);
        lab.peer().ask("echo big " + GIBIBYTE);
        lab.peer().ask("close big");

        NicStatistics after = lab.nicStatistics();
        long received = after.rxDataBytes() - before.rxDataBytes();
        long sent = after.txDataBytes() - before.txDataBytes();
        assertThat(received).isGreaterThan(GIBIBYTE);
        assertThat(sent).isGreaterThan(GIBIBYTE);
        assertThat(received / (after.rxDataFrames() - before.rxDataFrames())).isGreaterThanOrEqualTo(LARGE_FRAME);
        assertThat(sent / (after.txDataFrames() - before.txDataFrames())).isGreaterThanOrEqualTo(LARGE_FRAME);
    }

    @Test
    void shouldEchoOverIpv6() {
        lab.peer().ask("connect six " + TapLab.STACK6 + " " + PORT);
        lab.peer().ask("echo six " + (64 << 20));
        lab.peer().ask("close six");
    }

    @Test
    void shouldServeSixtyFourClientsAtTheSameTime() {
        lab.peer().ask("parallel " + TapLab.STACK + " " + PORT + " 64 " + (16 << 20));
    }

    @Test
    void shouldServeTwoThousandConnectionsInARow() {
        lab.peer().ask("sequence " + TapLab.STACK + " " + PORT + " 2000");
    }

    @Test
    void shouldAgreeOnTheOptionsOfTheKernel() {
        lab.peer().ask("connect options " + TapLab.STACK + " " + PORT);
        lab.peer().ask("echo options 100000");

        String ss = lab.peer().ask("ss -tino dst " + TapLab.STACK);

        assertThat(ss).contains(" ts ").contains(" sack ").containsPattern("wscale:\\d+,\\d+");
        lab.peer().ask("close options");
    }

    @Test
    void shouldCaptureWhatWiresharkUnderstands(@TempDir Path directory) throws Exception {
        Path capture = directory.resolve("echo.pcapng");
        try (TapLab captured = TapLab.startAround(nic -> capturing(nic, capture))) {
            captured.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            captured.run("ping", "-c", "1", "-W", "5", TapLab.STACK);
            captured.peer().ask("connect small " + TapLab.STACK + " " + PORT);
            captured.peer().ask("echo small " + (8 << 20));
            captured.peer().ask("close small");
        }

        assertThat(tshark(capture, "tcp.len > 0")).hasSizeGreaterThan(100);
        assertThat(tshark(capture, "icmp.type == 0")).hasSize(1);
        assertThat(tshark(capture, "_ws.malformed || _ws.expert.severity == error || tcp.analysis.lost_segment"))
                .isEmpty();
    }

    private static Nic capturing(Nic nic, Path capture) {
        try {
            return new CapturingNic(nic, PcapngWriter.create(capture, PcapngWriter.UNLIMITED));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] tshark(Path capture, String filter) throws Exception {
        return lab.run("tshark", "-n", "-r", capture.toString(), "-Y", filter).lines()
                .filter(line -> !line.contains("Running as user"))
                .toArray(String[]::new);
    }
}
