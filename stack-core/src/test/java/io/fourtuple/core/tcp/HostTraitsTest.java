package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.plain;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.HostTraits.OptionOrder;
import io.fourtuple.core.tcp.HostTraits.SynFin;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HostTraitsTest {
    private static final HostTraits NONE = HostTraits.DEFAULT;
    private static final TcpConfig WINDOW_IS_BUFFER = plain().withTraits(NONE.withWindowIsBuffer(true));

    private static String options(OutboundSegment segment) {
        byte[] octets = new byte[60];
        int length = TcpCodec.write(segment, 1, 2, ByteBuffer.wrap(octets));
        return HexFormat.of().formatHex(Arrays.copyOfRange(octets, TcpCodec.HEADER_LENGTH, length));
    }

    @Test
    void shouldLayASynOutAsBsdDoes() {
        OutboundSegment syn = new OutboundSegment();
        syn.clear();
        syn.flags = TcpFlags.SYN;
        syn.mss = 1460;
        syn.windowScale = 6;
        syn.sackPermitted = true;
        syn.timestamps = true;
        syn.tsVal = 0x01020304;
        syn.bsdOrder = true;
        assertThat(options(syn)).isEqualTo("020405b4" + "01030306" + "0402" + "080a" + "01020304" + "00000000");
        assertThat(syn.optionsLength()).isEqualTo(20);

        syn.sackPermitted = false;
        assertThat(options(syn)).isEqualTo("020405b4" + "01030306" + "0101" + "080a" + "01020304" + "00000000");

        syn.sackPermitted = true;
        syn.timestamps = false;
        syn.windowScale = -1;
        assertThat(options(syn)).isEqualTo("020405b4" + "04020000");
    }

    @Test
    void shouldMarkSynsForTheLayout() {
        TcpConfig bsd = plain().withTraits(NONE.withOptionOrder(OptionOrder.BSD));
        OutboundSegment out = new OutboundSegment();

        TcpConnection.connect(Conversation.TUPLE, 1, 0, new PathProperties(1000, 1000), bsd,
                new Conversation(bsd).memory, 0).pollTransmit(out, 0);

        assertThat(out.bsdOrder).isTrue();
    }

    @Test
    void shouldRoundTheReceiveBuffer() {
        TcpConfig config = plain().withReceiveBuffer(new TcpConfig.BufferLimits(4096, 9_500, 100_000));
        Conversation plain = Conversation.established(config);
        Conversation rounded = Conversation.established(config.withTraits(NONE.withRoundReceiveBuffer(true)));

        assertThat(plain.connection.info(plain.now).receiveBuffer()).isEqualTo(9_500);
        assertThat(rounded.connection.info(rounded.now).receiveBuffer()).isEqualTo(10_000);
    }

    @Test
    void shouldOfferWhatTheBufferHoldsToTheOctet() {
        Conversation c = Conversation.established(WINDOW_IS_BUFFER.withAcknowledgment(
                new TcpConfig.Acknowledgment(0, 0)));

        c.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 win 9900");
        c.receive();
        c.inject("F. 101:101(0) ack 1").expect(". 1:1(0) ack 102 win 10000");
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-19")
    void shouldAcknowledgeEverySecondSegmentOfAnySize() {
        Conversation c = Conversation.established(plain().withTraits(NONE.withAckEverySecond(true)));

        c.inject("P. 1:2(1) ack 1").expectNothing();
        c.inject("P. 2:3(1) ack 1").expect(". 1:1(0) ack 3");
        c.inject("P. 3:4(1) ack 1").expectNothing();
        c.advance(40 * MILLIS).expect(". 1:1(0) ack 4");
    }

    @Test
    void shouldSendItsFinWithEachAcknowledgment() {
        Conversation c = Conversation.established(plain().withTraits(NONE.withFinWithAck(true)));
        c.connection.shutdownOutput(c.now);
        c.flush().expect("F. 1:1(0) ack 1");

        c.inject("F. 1:1(0) ack 1").expect("F. 1:1(0) ack 2");
        c.inject(". 2:2(0) ack 2").expectNothing();
        assertThat(c.connection.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void shouldBelieveAnyRstInTheWindow() { // RFC 793
        Conversation c = Conversation.established(plain().withTraits(NONE.withWindowRst(true)));
        c.inject("R 10001:10001(0)").expectNothing().expectNoEvent();
        c.inject("R 10000:10000(0)").expectNothing().expectEvent(TcpEvent.RESET);

        Conversation careful = Conversation.established();
        careful.inject("R 10000:10000(0)").expect(". 1:1(0) ack 1").expectNoEvent(); // RFC 5961 §3.2
    }

    @Test
    void shouldResetForAnySynInTheWindow() { // RFC 793
        Conversation c = Conversation.established(plain().withTraits(NONE.withWindowSyn(true)));
        c.inject("S 10000:10000(0)").expect("R. 1:1(0) ack 1").expectEvent(TcpEvent.RESET);

        Conversation careful = Conversation.established();
        careful.inject("S 10000:10000(0)").expect(". 1:1(0) ack 1").expectNoEvent(); // RFC 5961 §4.2
    }

    @Test
    void shouldDropSegmentsWithSynAndFin() {
        Conversation c = Conversation.established(plain().withTraits(NONE.withSynFin(SynFin.DROPPED)));
        c.inject("SF 1:1(0)").expectNothing();

        Conversation other = Conversation.established();
        other.inject("SF 1:1(0)").expect(". 1:1(0) ack 1");
    }

    @Test
    @Rfc(number = 1337, rules = "3")
    void shouldKeepTimeWaitFromARst() { // RFC 1337
        OutboundSegment reply = new OutboundSegment();
        Conversation c = Conversation.timeWait(plain().withTraits(NONE.withTimeWaitKeeps(true)));
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);

        assertThat(record.handleSegment(Conversation.parse("R 2:2(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.IGNORE);
    }

    @Test
    void shouldEndTimeWaitForASynInTheWindow() { // RFC 793
        OutboundSegment reply = new OutboundSegment();
        Conversation c = Conversation.timeWait(plain().withTraits(NONE.withWindowSyn(true)));
        TimeWaitRecord record = TimeWaitRecord.of(c.connection, c.now);

        assertThat(record.handleSegment(Conversation.parse("S 90000:90000(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REOPEN);
        assertThat(record.handleSegment(Conversation.parse("SF 2:2(0)"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.RESET);
        assertThat(reply.flags).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
    }

    @Test
    void shouldTellOfAResetAfterBothFins() {
        Conversation c = Conversation.established(plain().withTraits(NONE.withLateReset(true)));
        c.inject("F. 1:1(0) ack 1").expect(". 1:1(0) ack 2").expectEvent(TcpEvent.PEER_CLOSED);
        c.connection.shutdownOutput(c.now);
        c.flush().expect("F. 1:1(0) ack 2");

        c.inject("R 2:2(0)").expectEvent(TcpEvent.RESET);

        Conversation.lastAck().inject("R 2:2(0)").expectEvent(TcpEvent.CLOSED);
    }

    @Test
    void shouldLeaveOptionsOutOfLaterSyns() {
        TcpConfig config = TcpConfig.defaults().withTraits(NONE.withOptionSyns(2));
        Conversation world = new Conversation(config);
        OutboundSegment out = new OutboundSegment();
        TcpConnection connection = TcpConnection.connect(
                Conversation.TUPLE, 1, 0, new PathProperties(1000, 1000), config, world.memory, 0);

        long now = 0;
        for (int syn = 1; syn <= 4; syn++) {
            assertThat(connection.pollTransmit(out, now)).isTrue();
            assertThat(out.mss).isEqualTo(1000);
            assertThat(out.timestamps).as("SYN %d", syn).isEqualTo(syn <= 2);
            assertThat(out.sackPermitted).isEqualTo(syn <= 2);
            assertThat(out.windowScale >= 0).isEqualTo(syn <= 2);
            now = connection.deadline();
            connection.handleTimeout(now);
        }
    }

    @Test
    void shouldAskForEcnInSoManySyns() {
        Conversation c = new Conversation(plain().withEcn(TcpConfig.Ecn.ON).withTraits(NONE.withEcnSyns(2)));

        c.connect().expect("SEW 0:0(0)");
        c.timeout();
        c.expect("SEW 0:0(0)");
        c.timeout();
        c.expect("S 0:0(0)");
    }

    @Test
    void shouldPushWhatTheNicCuts() {
        PathProperties cutting = new PathProperties(1000, 60_000);
        Conversation linux = new Conversation(plain().withTraits(NONE.withPushSuperFrames(true)), cutting).establish();
        Conversation other = new Conversation(plain(), cutting).establish();

        linux.send(15_000).expect("P. 1:10001(10000) ack 1");
        other.send(15_000).expect(". 1:10001(10000) ack 1");
    }
}
