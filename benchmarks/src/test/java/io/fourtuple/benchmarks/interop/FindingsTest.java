package io.fourtuple.benchmarks.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.benchmarks.interop.ExpertInfo.Remark;
import io.fourtuple.benchmarks.interop.ExpertInfo.Severity;
import io.fourtuple.nic.pcapng.Direction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings();

    @Test
    void shouldReadALineOfTshark() {
        List<Remark> remarks = ExpertInfo.parse("17\t0x00000002\tcubic/1/20/none\t3\t1048576\u001e6291456\u001e4194304"
                + "\tcubic/1/20/none\u001eD-SACK Sequence\u001eDuplicate ACK (#2)");

        assertThat(remarks).containsExactly(
                new Remark(17, Direction.OUTBOUND, "cubic/1/20/none", "3", Severity.WARNING, "D-SACK Sequence"),
                new Remark(17, Direction.OUTBOUND, "cubic/1/20/none", "3", Severity.NOTE, "Duplicate ACK (#2)"));
    }

    @Test
    void shouldRefuseALineThatIsNotAsItShouldBe() {
        assertThatThrownBy(() -> ExpertInfo.parse("17\t0x00000002\tcell\t0\t6291456"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ExpertInfo.parse("17\t0x00000002\tcell\t0\t1\tsomething"))
                .hasMessageContaining("severity 1 ");
    }

    @Test
    void shouldExplainARetransmissionAndACopy() {
        add(Direction.OUTBOUND, Severity.WARNING, "This frame is a (suspected) out-of-order segment");
        add(Direction.OUTBOUND, Severity.WARNING, "D-SACK Sequence");
        add(Direction.OUTBOUND, Severity.NOTE, "This frame is a (suspected) retransmission");

        assertThat(findings.faults()).isEmpty();
        assertThat(findings.counts()).hasSize(3);
    }

    @Test
    void shouldTakeAnErrorOfOursForAFault() {
        add(Direction.OUTBOUND, Severity.ERROR, "Malformed Packet (Exception occurred)");

        assertThat(findings.faults()).singleElement().asString().contains("frame 1", "Malformed");
    }

    @Test
    void shouldTakeAGapInWhatWeSendForAFault() {
        add(Direction.OUTBOUND, Severity.WARNING, "Previous segment(s) not captured (common at capture start)");

        assertThat(findings.faults()).hasSize(1);
    }

    @Test
    void shouldLeaveTheFramesOfTheKernelToTheLink() {
        add(Direction.INBOUND, Severity.ERROR, "Bad checksum [should be 0x12af]");
        add(Direction.INBOUND, Severity.ERROR, "Bad checksum [should be 0x12b0]");

        assertThat(findings.faults()).isEmpty();
        assertThat(findings.counts()).containsExactlyEntriesOf(Map.of(
                new Findings.Kind(false, Severity.ERROR, "Bad checksum [should be …]", "the kernel's"), 2L));
    }

    @Test
    void shouldExplainAResetOnlyWhenBothSidesHadClosed() {
        Remark ours = remark(1, Direction.OUTBOUND, Severity.CHAT, "Connection finish (FIN)");
        Remark theirs = remark(2, Direction.INBOUND, Severity.CHAT, "Connection finish (FIN)");
        Remark reset = remark(3, Direction.OUTBOUND, Severity.WARNING, "Connection reset (RST)");

        findings.add("closed", List.of(ours, theirs, reset));
        assertThat(findings.faults()).isEmpty();

        findings.add("half-closed", List.of(ours, reset));
        assertThat(findings.faults()).singleElement().asString().startsWith("half-closed, frame 3");
    }

    private void add(Direction direction, Severity severity, String message) {
        findings.add("capture", List.of(remark(1, direction, severity, message)));
    }

    private static Remark remark(long frame, Direction direction, Severity severity, String message) {
        return new Remark(frame, direction, "cubic/1/20/none", "0", severity, message);
    }
}
