package io.fourtuple.nic.sim;

import static io.fourtuple.nic.sim.LinkConfig.MBIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.pcapng.PcapngReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkCaptureTest {
    @TempDir
    private Path folder;
    private SimulationFixture sim = new SimulationFixture();

    @AfterEach
    void close() {
        sim.close();
    }

    private List<CapturedPacket> capture(Runnable body) throws IOException {
        Path file = folder.resolve("net.pcapng");
        try (NetworkCapture _ = sim.network.capture(file)) {
            body.run();
            sim.run();
        }
        return PcapngReader.read(file);
    }

    private static String line(CapturedPacket packet) {
        return packet.epochNanos() / 1_000_000 + " ms " + packet.interfaceName() + " "
                + packet.direction() + (packet.comment().isEmpty() ? "" : ": " + packet.comment());
    }

    private List<String> lines(Runnable body) throws IOException {
        return capture(body).stream().map(NetworkCaptureTest::line).toList();
    }

    @Test
    void shouldShowAFrameWhereItIsSentAndWhereItArrives() throws IOException {
        Switch lan = sim.network.addSwitch("lan");
        sim.network.connect(sim.host("alice"), lan, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(2)));
        sim.network.connect(lan, sim.host("bob"), LinkConfig.DEFAULT.withDelay(Duration.ofMillis(3)));
        TransmitOffload offload = new TransmitOffload();
        offload.reason = SendReason.RTO;
        offload.attempt = 2;
        byte[] frame = TcpFrames.segment().payload(9).build();

        List<CapturedPacket> packets =
                capture(() -> SimulationFixture.send(sim.network.nic("alice"), frame, offload));
        assertThat(packets).extracting(NetworkCaptureTest::line).containsExactly(
                "0 ms alice OUTBOUND: RTO #2", "2 ms lan:0 INBOUND", "2 ms lan:1 OUTBOUND", "5 ms bob INBOUND");
        assertThat(packets).allSatisfy(packet -> assertThat(packet.bytes()).isEqualTo(frame));
    }

    @Test
    void shouldSayWhatBecomesOfAFrame() throws IOException {
        Link link = sim.pair(LinkConfig.DEFAULT);
        byte[] syn = TcpFrames.segment().flags(TcpFlags.SYN).build();

        assertThat(lines(() -> {
            link.forward().setConfig(LinkConfig.DEFAULT.withLoss(1));
            sim.send("alice", 0);
            link.forward().setConfig(LinkConfig.DEFAULT.withDuplication(1));
            sim.send("alice", 0);
            link.forward().setConfig(LinkConfig.DEFAULT.withReordering(1, Duration.ofMillis(7)));
            sim.send("alice", 0);
            link.forward().setConfig(LinkConfig.DEFAULT.withMtu(68));
            sim.send("alice", 0);
            link.forward().setConfig(LinkConfig.DEFAULT);
            link.forward().block();
            sim.send("alice", 0);
            link.forward().unblock();
            link.down();
            sim.send("alice", 0);
            link.up();
            link.forward().rule(PacketView::isSyn, Verdict.drop()).limit(1);
            link.forward().rule(PacketView::isSyn, Verdict.deliver(Duration.ofMillis(9)));
            SimulationFixture.send(sim.network.nic("alice"), syn);
            SimulationFixture.send(sim.network.nic("alice"), syn);
        })).containsExactly(
                "0 ms alice OUTBOUND: lost on alice-bob",
                "0 ms alice OUTBOUND: duplicated on alice-bob",
                "0 ms alice OUTBOUND: held back by 7.0 ms",
                "0 ms alice OUTBOUND: dropped: larger than the MTU",
                "0 ms alice OUTBOUND: dropped: direction blocked",
                "0 ms alice OUTBOUND: dropped: link down",
                "0 ms alice OUTBOUND: dropped by rule 1 of alice-bob/forward",
                "0 ms alice OUTBOUND: delivered by rule 2 of alice-bob/forward after 9.0 ms",
                "0 ms bob INBOUND: duplicated on alice-bob",
                "0 ms bob INBOUND: duplicate",
                "7 ms bob INBOUND: held back by 7.0 ms",
                "9 ms bob INBOUND: delivered by rule 2 of alice-bob/forward after 9.0 ms");
    }

    @Test
    void shouldSayWhatTheQueueDoes() throws IOException {
        Link link = sim.pair(LinkConfig.DEFAULT.withBandwidth(MBIT / 10).withQueueFrames(2));
        assertThat(lines(() -> {
            sim.sendRange("alice", 0, 4);
            sim.time.runFor(Duration.ofMillis(12));
            link.down();
        })).containsExactly(
                "0 ms alice OUTBOUND",
                "0 ms alice OUTBOUND",
                "0 ms alice OUTBOUND",
                "0 ms alice OUTBOUND: dropped: queue full (2 frames)",
                "8 ms bob INBOUND",
                "12 ms alice UNKNOWN: dropped: link down after 12.0 ms in the queue",
                "16 ms bob INBOUND");
    }

    @Test
    void shouldShowWhatACrashedOrSeparatedHostDoesNotGet() throws IOException {
        sim.pair(LinkConfig.DEFAULT.withDelay(Duration.ofMillis(1)));
        SimulatedNic alice = sim.network.nic("alice");
        SimulatedNic bob = sim.network.nic("bob");
        assertThat(lines(() -> {
            sim.network.partition(List.of(alice), List.of(bob));
            sim.send("alice", 0);
            sim.run();
            bob.powerOff();
            sim.send("alice", 1);
        })).containsExactly("0 ms alice OUTBOUND", "1 ms bob UNKNOWN: dropped: partition",
                "100000 ms alice OUTBOUND", "100001 ms bob UNKNOWN: dropped: no power");
    }

    @Test
    void shouldCompleteChecksumsAndTellOfSuperFrames() throws IOException {
        sim.network.connect(sim.host("alice", NicConfig.DEFAULT.withSuperFrames(65535)), sim.host("bob"));
        TransmitOffload offload = new TransmitOffload();
        byte[] frame = TcpFrames.segment().payload(5000).unfinished(1448, offload);
        List<CapturedPacket> packets =
                capture(() -> SimulationFixture.send(sim.network.nic("alice"), frame, offload));

        assertThat(packets).extracting(NetworkCaptureTest::line).containsExactly(
                "0 ms alice OUTBOUND: segments of 1448 octets in one frame",
                "0 ms bob INBOUND: segments of 1448 octets in one frame");
        assertThat(packets).allSatisfy(packet -> assertThat(TcpFrames.isIntact(packet.bytes())).isTrue());
    }

    @Test
    void shouldShowBothShapesOfAFrameThatIsCorrupted() throws IOException {
        Link link = sim.pair(LinkConfig.DEFAULT.withCorruption(1));
        byte[] frame = TcpFrames.segment().build();
        List<CapturedPacket> packets = capture(() -> SimulationFixture.send(sim.network.nic("alice"), frame));

        assertThat(packets).extracting(CapturedPacket::comment)
                .allMatch(comment -> comment.matches("bit \\d+ inverted on alice-bob"));
        assertThat(packets.getFirst().bytes()).isEqualTo(frame);
        assertThat(packets.getLast().bytes()).hasSameSizeAs(frame).isNotEqualTo(frame);
        assertThat(link.forward().statistics().corrupted()).isOne();
    }

    @Test
    void shouldWriteTheSameOctetsForTheSameSeed() throws IOException {
        assertThat(octets(3)).isEqualTo(octets(3)).isNotEqualTo(octets(4));
    }

    private byte[] octets(long seed) throws IOException {
        sim.close();
        sim = new SimulationFixture(seed);
        sim.pair(LinkConfig.DEFAULT.withBandwidth(MBIT).withLoss(0.1).withJitter(Duration.ofMillis(3)));
        capture(() -> sim.sendRange("alice", 0, 100));
        return Files.readAllBytes(folder.resolve("net.pcapng"));
    }

    @Test
    void shouldDescribePortsThatComeLater() throws IOException {
        Path file = folder.resolve("late.pcapng");
        try (NetworkCapture capture = sim.network.capture(file)) {
            sim.pair(LinkConfig.DEFAULT);
            sim.send("bob", 1);
            capture.flush();
            assertThat(PcapngReader.read(file)).extracting(CapturedPacket::interfaceName).containsExactly("bob");
            assertThatIllegalStateException().isThrownBy(() -> sim.network.capture(folder.resolve("second.pcapng")));
        }
        sim.run();
        assertThat(PcapngReader.read(file)).hasSize(1);
        sim.network.capture(folder.resolve("second.pcapng")).close();
    }

    @Test
    void shouldSayInOneSentenceThatAFileCannotBeWritten() {
        assertThatExceptionOfType(NicException.class)
                .isThrownBy(() -> sim.network.capture(folder.resolve("no/such/folder.pcapng")))
                .withMessageStartingWith("the capture " + folder.resolve("no/such/folder.pcapng"));
    }
}
