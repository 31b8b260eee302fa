package io.fourtuple.nic.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.pcapng.CaptureReader;
import io.fourtuple.nic.replay.ReplayReport.Conversation;
import io.fourtuple.nic.replay.ReplayReport.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Made-up captures before a toy of a host, in virtual time. */
class ReplayNicTest {
    private static final IpAddress STACK = IpAddress.parse("10.77.0.2");
    private static final IpAddress CLIENT = IpAddress.parse("10.77.0.1");
    private static final int PORT = 7;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MANY_STEPS = 100_000;

    private final Recorder recorder = new Recorder();
    private final ToyServer server = new ToyServer();
    private ReplayConfig config = ReplayConfig.of(STACK, PORT, CLIENT);
    private long now = -5;
    private ReplayNic.Taken taken = (_, _) -> true;

    private ReplayReport replay() throws IOException {
        return replay(recorder.capture());
    }

    private ReplayReport replay(CaptureReader capture) throws IOException {
        boolean[] woken = {false};
        try (ReplayNic nic = new ReplayNic(config, capture, () -> now)) {
            server.nic = nic;
            nic.resetWhen(taken);
            ((Readiness.Signal) nic.readiness()).onReadable(() -> woken[0] = true);
            assertThat(nic.receive(server::receive, 32)).isZero();
            nic.start();
            CompletableFuture<ReplayReport> done = nic.whenDone().toCompletableFuture();
            for (int step = 0; step < MANY_STEPS && !done.isDone(); step++) {
                woken[0] = false;
                int count = nic.receive(server::receive, 32);
                if (count < 32 && !woken[0] && !done.isDone()) {
                    assertThat(nic.nextReceive()).isNotEqualTo(Deadline.NONE);
                    now = Math.max(now, nic.nextReceive());
                }
            }
            assertThat(done).as("ended").isDone();
            return done.join();
        }
    }

    private static Conversation only(ReplayReport report) {
        assertThat(report.conversations()).hasSize(1);
        return report.conversations().getFirst();
    }

    private byte[] payload() {
        return server.only().payload.toByteArray();
    }

    private List<TcpSegment> withPayload() {
        return server.only().segments.stream().filter(segment -> segment.payloadLength() > 0).toList();
    }

    @Test
    void shouldResetWhenTheApplicationHasWhatCameBefore() throws IOException {
        recorder.open().data(0, 10, 0).reset(10);
        taken = (port, octets) -> port == ReplayConfig.FIRST_PORT && octets == 10 && now >= 300 * MILLI;
        assertThat(only(replay()).outcome()).isEqualTo(Outcome.RESET);
        assertThat(now).isBetween(300 * MILLI, 400 * MILLI);

        server.connections.clear();
        now = 0;
        taken = (_, _) -> false;
        config = config.withPatience(Duration.ofSeconds(3));
        assertThat(only(replay()).outcome()).isEqualTo(Outcome.RESET);
        assertThat(now).isBetween(3000 * MILLI, 3200 * MILLI);
    }

    @Test
    void shouldPlayAConversationToItsEnd() throws IOException {
        recorder.open().data(0, 100, 0).data(100, 200, 0).fin(300, 0);

        ReplayReport report = replay();

        assertThat(only(report)).isEqualTo(new Conversation(Recorder.CLIENT, 40_000, Recorder.SERVER,
                Recorder.SERVER_PORT, ReplayConfig.FIRST_PORT, 300, Outcome.CLOSED, "closed"));
        assertThat(payload()).isEqualTo(Packets.octets(0, 300));
        assertThat(withPayload()).extracting(TcpSegment::seq)
                .containsExactly(Recorder.CLIENT_ISN + 1, Recorder.CLIENT_ISN + 101);
        assertThat(report.packets()).isEqualTo(6);
        assertThat(report.broken()).isEmpty();
        assertThat(server.only().isReset).isFalse();
    }

    @Test
    void shouldTranslateWhatSpeaksOfTheServersNumbers() throws IOException {
        recorder.open().data(0, 10, 0).after(10).data(10, 10, 40).after(1).sack(20, 50, 60, 80).sack(20, 60, 100, 150)
                .after(500).fin(20, 200);
        // Eighty octets of an answer to the first request.
        server.loses = segment -> {
            if (segment.payloadLength() > 0 && server.only().sndNxt == ToyServer.ISN + 1) {
                server.sendData(server.only(), 80);
            }
            return false;
        };

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.CLOSED);

        List<TcpSegment> all = server.only().segments;
        assertThat(all).filteredOn(segment -> segment.has(TcpFlags.ACK))
                .allSatisfy(segment -> assertThat(segment.ack()).isBetween(ToyServer.ISN + 1, ToyServer.ISN + 82));
        assertThat(withPayload().get(1).ack()).isEqualTo(ToyServer.ISN + 1 + 40);
        assertThat(withPayload().get(1).options().tsEcr()).isGreaterThanOrEqualTo(777_000);
        assertThat(all).filteredOn(segment -> segment.options().sackBlocks() > 0).singleElement().satisfies(segment -> {
            assertThat(segment.ack()).isEqualTo(ToyServer.ISN + 1 + 50);
            assertThat(segment.options().sackEdges()).containsExactly(ToyServer.ISN + 61, ToyServer.ISN + 81);
        });
        // What the recording has acknowledged beyond what there is now.
        assertThat(all).extracting(TcpSegment::ack).contains(ToyServer.ISN + 81);
    }

    @Test
    void shouldOfferOnlyWhatTheRecordedServerHasAgreedTo() throws IOException {
        recorder.withTimestamps(false).open().data(0, 10, 0).fin(10, 0);

        replay();

        TcpSegment syn = server.only().segments.getFirst();
        assertThat(syn.options().hasTimestamps()).isFalse();
        assertThat(syn.options().sackPermitted()).isFalse();
        assertThat(syn.options().windowScale()).isEqualTo(-1);
        assertThat(syn.options().mss()).isEqualTo(1460);
    }

    @Test
    void shouldSendNoMoreThanTheWindowTakesAndCutWhatIsTooLong() throws IOException {
        recorder.open();
        for (int i = 0; i < 10; i++) {
            recorder.data(i * 20_000, 20_000, 0);
        }
        recorder.fin(200_000, 0);
        config = config.withSpeed(ReplayConfig.MAX_SPEED);
        server.window = 3000;

        assertThat(only(replay()).octets()).isEqualTo(200_000);

        assertThat(payload()).isEqualTo(Packets.octets(0, 200_000));
        assertThat(withPayload()).allSatisfy(segment ->
                assertThat(segment.payloadLength()).isLessThanOrEqualTo(1500 - 20 - 32));
    }

    @Test
    void shouldReadAheadForARetransmissionThatTheWindowNeeds() throws IOException {
        recorder.open();
        for (int i = 1; i < 30; i++) {
            recorder.data(i * 1000, 1000, 0);
        }
        // The first one was lost before it was captured.
        recorder.after(300).data(0, 1000, 0).fin(30_000, 0);
        server.window = 5000;

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.CLOSED);

        assertThat(payload()).isEqualTo(Packets.octets(0, 30_000));
        List<Integer> times = withPayload().stream().map(segment -> segment.options().tsVal()).toList();
        assertThat(times).as("or they would be taken for old ones").isSorted();
    }

    @Test
    void shouldPlayRetransmissionsWithOtherBoundariesAndSegmentsOutOfOrder() throws IOException {
        recorder.open().data(500, 700, 0).data(0, 600, 0).data(0, 1000, 0).fin(1500, 0).data(1100, 400, 0)
                .fin(1500, 0);

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.CLOSED);

        assertThat(payload()).isEqualTo(Packets.octets(0, 1500));
    }

    @Test
    void shouldSendAgainWhatTheStackHasDropped() throws IOException {
        recorder.open().data(0, 100, 0).data(100, 100, 0).fin(200, 0);
        int[] drops = {2};
        server.loses = segment -> segment.payloadLength() > 0 && drops[0]-- > 0;

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.CLOSED);

        assertThat(payload()).isEqualTo(Packets.octets(0, 200));
    }

    @Test
    void shouldSayWhichOctetsAreMissing() throws IOException {
        recorder.open().data(0, 100, 0).data(250, 100, 0).fin(350, 0);

        Conversation conversation = only(replay());

        assertThat(conversation.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(conversation.sentence()).isEqualTo("octets 100 to 249 are not in the capture");
        assertThat(conversation.octets()).isEqualTo(100);
        assertThat(server.only().isReset).isTrue();
    }

    @Test
    void shouldSayWhenPacketsWereCut() throws IOException {
        recorder.open().data(0, 10, 0).cutTo(60).data(10, 100, 0).data(110, 0, 0);

        Conversation conversation = only(replay());

        assertThat(conversation.outcome()).isEqualTo(Outcome.INCOMPLETE);
        assertThat(conversation.sentence()).contains("snap length");
        assertThat(payload()).isEqualTo(Packets.octets(0, 10));
        assertThat(server.only().isReset).isTrue();
    }

    @Test
    void shouldLeaveOutDamagedPacketsUnlessToldOtherwise() throws IOException {
        recorder.open().damagedData(0, 100).data(0, 100, 0).fin(100, 0);

        ReplayReport report = replay();

        assertThat(report.damagedPackets()).isOne();
        assertThat(payload()).isEqualTo(Packets.octets(0, 100));
        server.connections.clear();
        config = config.withCheckChecksums(false);
        assertThat(replay().damagedPackets()).isZero();
        assertThat(payload()).hasSize(100).isNotEqualTo(Packets.octets(0, 100));
    }

    @Test
    void shouldEndWithTheResetsOfTheRecording() throws IOException {
        recorder.from(1).open().data(0, 10, 0).reset(10);
        recorder.from(2).open().data(0, 20, 0).serverReset();
        recorder.from(3).open().data(0, 30, 0);

        ReplayReport report = replay();

        assertThat(report.conversations()).extracting(Conversation::outcome)
                .containsExactly(Outcome.RESET, Outcome.RESET, Outcome.CUT_OFF);
        assertThat(report.conversations()).extracting(Conversation::octets).containsExactly(10L, 20L, 30L);
        assertThat(server.connections.values()).allSatisfy(connection -> assertThat(connection.isReset).isTrue());
    }

    @Test
    void shouldSkipWhatHasNoBeginningAndWhatWasNeverAnswered() throws IOException {
        recorder.from(1).data(0, 10, 0).data(10, 10, 0).serverReset();
        recorder.from(2).syn().syn();
        recorder.from(3).syn().serverReset();
        recorder.write(new byte[] {0x45, 0});

        ReplayReport report = replay();

        assertThat(report.skipped()).containsExactly(
                "192.0.2.1:1 to 192.0.2.2:80 is skipped: its beginning is not in the capture");
        assertThat(report.conversations()).extracting(Conversation::outcome)
                .containsOnly(Outcome.NOT_PLAYED).hasSize(2);
        assertThat(report.conversations()).extracting(Conversation::playedFrom).containsOnly(0);
        assertThat(report.otherPackets()).isOne();
        assertThat(server.connections).isEmpty();
    }

    @Test
    void shouldTellConversationsBetweenTheSameSocketsApart() throws IOException {
        recorder.open().data(0, 10, 0).fin(10, 0).data(11, 0, 1);
        // The same numbers again would be a SYN that comes twice.
        recorder.write(Packets.packet(new FourTuple(Recorder.CLIENT, 40_000, Recorder.SERVER, 80), new byte[0],
                segment -> {
                    segment.seq = 77;
                    segment.flags = TcpFlags.SYN;
                }));

        assertThat(replay().conversations()).extracting(Conversation::outcome)
                .containsExactly(Outcome.CLOSED, Outcome.NOT_PLAYED);
    }

    @Test
    void shouldPlayOneDirectionAlone() throws IOException {
        recorder.syn().data(0, 0, 0).data(0, 100, 0).fin(100, 0);

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.CLOSED);

        assertThat(payload()).isEqualTo(Packets.octets(0, 100));
        assertThat(server.only().segments.getFirst().options().hasTimestamps()).isTrue();
    }

    @Test
    void shouldSendThePayloadOfASynBehindIt() throws IOException {
        recorder.syn(Packets.octets(0, 50)).synAck().data(50, 50, 0).fin(100, 0);

        assertThat(only(replay()).octets()).isEqualTo(100);

        assertThat(payload()).isEqualTo(Packets.octets(0, 100));
        assertThat(server.only().segments.getFirst().payloadLength()).isZero();
    }

    @Test
    void shouldKeepTheRecordedPauses() throws IOException {
        recorder.open().after(2000).data(0, 10, 0).after(1000).fin(10, 0);

        replay();
        assertThat(now).isBetween(3000 * MILLI, 3200 * MILLI);

        now = 0;
        server.connections.clear();
        config = config.withSpeed(100);
        replay();
        assertThat(now).isBetween(30 * MILLI, 200 * MILLI);

        now = 0;
        server.connections.clear();
        config = config.withSpeed(ReplayConfig.MAX_SPEED);
        replay();
        assertThat(now).isLessThanOrEqualTo(100 * MILLI);
    }

    @Test
    void shouldGiveUpOnAStackThatDoesNotTakePart() throws IOException {
        recorder.open().data(0, 10, 0).fin(10, 0);
        config = config.withPatience(Duration.ofSeconds(3));

        server.answersSyn = false;
        assertThat(only(replay()).sentence()).isEqualTo("the stack has not answered its SYN within 3.0 s");
        assertThat(server.only().segments).as("sent again").hasSizeGreaterThan(1)
                .allMatch(segment -> segment.has(TcpFlags.SYN));
        server.connections.clear();
        server.answersSyn = true;
        server.refuses = true;
        assertThat(only(replay()).outcome()).isEqualTo(Outcome.NOT_ACCEPTED);
        server.connections.clear();
        server.refuses = false;
        server.isSilent = true;
        assertThat(only(replay()).sentence()).isEqualTo("the stack has taken 0 octets and no more within 3.0 s");
        server.connections.clear();
        server.isSilent = false;
        server.closes = false;
        assertThat(only(replay()).sentence())
                .isEqualTo("the stack's application has not closed its end within 3.0 s");
        assertThat(server.only().isReset).isTrue();
    }

    @Test
    void shouldNoteAResetOfTheStack() throws IOException {
        recorder.open().data(0, 10, 0).after(10).data(10, 10, 0);
        server.loses = segment -> {
            if (segment.payloadLength() > 0) {
                server.send(server.only(), 0, out -> out.flags |= TcpFlags.RST);
            }
            return false;
        };

        assertThat(only(replay()).outcome()).isEqualTo(Outcome.RESET_BY_STACK);
    }

    @Test
    void shouldBoundWhatIsUnderWayAndWhatIsReadAhead() throws IOException {
        for (int port = 1; port <= 3; port++) {
            recorder.from(port).open();
        }
        for (int port = 1; port <= 3; port++) {
            recorder.from(port);
            for (int i = 0; i < 20; i++) {
                recorder.data(i * 10_000, 10_000, 0);
            }
            recorder.fin(200_000, 0);
        }
        config = config.withConnections(2).withPendingBytes(64 << 10).withPatience(Duration.ofSeconds(1));
        server.isSilent = true;

        ReplayReport report = replay();

        assertThat(report.skipped()).containsExactly(
                "192.0.2.1:3 to 192.0.2.2:80 is skipped: 2 conversations are under way");
        assertThat(report.conversations()).extracting(Conversation::outcome).containsOnly(Outcome.STALLED);
    }

    @Test
    void shouldPlayABrokenCaptureAsFarAsItGoes() throws IOException {
        recorder.open().data(0, 10, 0).data(10, 10, 0);

        ReplayReport report = replay(recorder.cutCapture(3));

        assertThat(report.broken()).hasValueSatisfying(why -> assertThat(why).contains("it ends in the middle"));
        assertThat(only(report).outcome()).isEqualTo(Outcome.CUT_OFF);
        assertThat(payload()).isEqualTo(Packets.octets(0, 10));
    }

    @Test
    void shouldFailWhenItIsClosedBefore() throws IOException {
        recorder.open();
        ReplayNic nic = new ReplayNic(config, recorder.capture());
        nic.close();

        assertThat(nic.whenDone().toCompletableFuture()).isCompletedExceptionally();
        assertThat(nic.receive(server::receive, 1)).isZero();
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        IpAddress v6 = IpAddress.parse("fd77::1");
        assertThatThrownBy(() -> ReplayConfig.of(STACK, PORT, v6)).hasMessageContaining("both ends must be");
        assertThatThrownBy(() -> ReplayConfig.of(STACK, PORT, STACK)).hasMessageContaining("must differ");
        assertThatThrownBy(() -> ReplayConfig.of(STACK, 0, CLIENT)).hasMessageContaining("1 to 65535");
        assertThatThrownBy(() -> config.withSpeed(0)).hasMessageContaining("more than 0");
        assertThatThrownBy(() -> config.withPatience(Duration.ZERO)).hasMessageContaining("more than 0");
        assertThatThrownBy(() -> config.withConnections(0)).hasMessageContaining("1 to 64512");
        assertThatThrownBy(() -> config.withPendingBytes(1)).hasMessageContaining("65536 to 1073741824");
    }
}
