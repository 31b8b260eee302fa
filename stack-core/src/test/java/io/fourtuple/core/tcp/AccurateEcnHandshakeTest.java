package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.AccurateEcnTest.ACCURATE;
import static io.fourtuple.core.tcp.AccurateEcnTest.OPTION;
import static io.fourtuple.core.tcp.AccurateEcnTest.accepted;
import static io.fourtuple.core.tcp.AccurateEcnTest.cwnd;
import static io.fourtuple.core.tcp.AccurateEcnTest.halfOpen;
import static io.fourtuple.core.tcp.AccurateEcnTest.marks;
import static io.fourtuple.core.tcp.AccurateEcnTest.sendsEct;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How two ends agree on Accurate ECN, and what they tell each other of the handshake: RFC 9768 §3.1, §3.2.2. */
class AccurateEcnHandshakeTest {
    private static int synAck(HalfOpen record) {
        OutboundSegment reply = new OutboundSegment();
        record.fillSynAck(reply, 0);
        return TcpFlags.ace(reply.flags);
    }

    // --- agreeing, §3.1

    @Rfc(number = 9768, rules = {"3.1.1", "3.1.2"})
    @ParameterizedTest
    @CsvSource({"'', 2", "ECT1, 3", "ECT0, 4", "CE, 6"})
    void shouldSayUnderWhatMarkTheSynCame(String mark, int ace) {
        HalfOpen record = halfOpen(("SEWe 0:0(0) " + mark).trim(), ACCURATE);

        OutboundSegment reply = new OutboundSegment();
        record.fillSynAck(reply, 0);

        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(ace);
        assertThat(TcpPair.toSegment(reply).options().accEcn()).hasToString("ECN e1b 1 ceb 0 e0b 1");
        assertThat(reply.ecnCapable).isFalse();
    }

    @Rfc(number = 9768, rules = {"3.1.2", "3.1.3"})
    @ParameterizedTest
    @CsvSource({
        "S, 0", "SEW, 1", "SEWe, 2", "SE, 2", "SW, 2", "Se, 2", "SEe, 2", "SWe, 2"
    })
    void shouldTakeEachCombinationThatIsNoOlderOneForAQuestion(String syn, int ace) {
        assertThat(synAck(halfOpen(syn + " 0:0(0)", ACCURATE))).isEqualTo(ace);
    }

    @Rfc(number = 9768, rules = "3.1.2")
    @ParameterizedTest
    @CsvSource({
        "OFF, SEWe, 0", "ACCEPT, SEWe, 1", "ON, SEWe, 1", "ACCEPT_ACCURATE, SEWe, 2", "ACCEPT_ACCURATE_ON, SEWe, 2",
        "ACCEPT_ACCURATE, SEW, 1", "ACCURATE, SEW, 1"
    })
    void shouldAnswerAsItIsConfigured(TcpConfig.Ecn use, String syn, int ace) {
        assertThat(synAck(halfOpen(syn + " 0:0(0)", Conversation.plain().withEcn(use)))).isEqualTo(ace);
    }

    @ParameterizedTest
    @CsvSource({
        "OFF, S", "ACCEPT, S", "ON, SEW", "ACCEPT_ACCURATE, S", "ACCEPT_ACCURATE_ON, SEW", "ACCURATE, SEWe"
    })
    void shouldAskAsItIsConfigured(TcpConfig.Ecn use, String syn) {
        new Conversation(Conversation.plain().withEcn(use)).connect().expect(syn + " 0:0(0)");
    }

    @Rfc(number = 9768, rules = {"3.1.2", "3.1.3"})
    @ParameterizedTest
    @CsvSource({
        "S., false, false", "SE., false, true", "SW., true, false", "SEW., true, false", "Se., true, false",
        "SEe., true, false", "SWe., true, false", "SEWe., false, false"
    })
    void shouldTakeTheHighestThatThePeerHas(String answer, boolean accurate, boolean classic) {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.inject(answer + " 0:0(0) ack 1 win 60000 <mss 1000>");

        assertThat(marks(c).accurate()).isEqualTo(accurate);
        assertThat(c.connection.tcb().ecn).isEqualTo(classic);
        assertThat(c.connection.info(c.now).ecn()).isEqualTo(accurate || classic);
    }

    @Rfc(number = 9768, rules = "3.1.4.1")
    @Test
    void shouldAskTwiceAndThenDoWithout() {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.advance(SECONDS).expect("SEWe 0:0(0)");
        c.advance(2 * SECONDS).expect("S 0:0(0)");

        // What comes back may still be the answer to the first one, and ECT is allowed then.
        c.inject("SW. 0:0(0) ack 1 win 60000 <mss 1000>").expect("W. 1:1(0) ack 1");
        c.send(10).expect("PEe. 1:11(10) ack 1 ECT0");
    }

    @Rfc(number = 9768, rules = "3.1.2")
    @Test
    void shouldAnswerASynThatCrossesOursAsAServerWould() {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.inject("SEWe 0:0(0) win 60000 ECT0 <mss 1000>").expect("Se. 0:0(0) ack 1");
        c.inject("SW. 0:0(0) ack 1 win 60000 <mss 1000>").expect("Ee. 1:1(0) ack 1");
        c.inject("Ee. 1:1(0) ack 1 win 60000").expectNothing();

        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        c.send(10).expect("PEe. 1:11(10) ack 1 ECT0");
    }

    @Rfc(number = 9768, rules = "3.1.2")
    @ParameterizedTest
    @CsvSource({"SEW, SE.", "S, S."})
    void shouldFallBackWhenASynCrossesThatAsksForLess(String crossing, String answer) {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.inject(crossing + " 0:0(0) win 60000 <mss 1000>").expect(answer + " 0:0(0) ack 1");

        assertThat(marks(c).accurate()).isFalse();
    }

    @Rfc(number = 9768, rules = "3.2.3.2.2")
    @Test
    void shouldSendTheSynAckAgainWithLessAndLess() {
        HalfOpen record = halfOpen("SEWe 0:0(0)", ACCURATE);
        OutboundSegment reply = new OutboundSegment();
        record.fillSynAck(reply, 0);
        assertThat(reply.accEcnFields).isEqualTo(3);

        record.handleTimeout(reply, record.deadline());
        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(2);
        assertThat(reply.accEcnFields).isEqualTo(-1);
        record.handleTimeout(reply, record.deadline());
        assertThat(TcpFlags.ace(reply.flags)).isZero();

        // It remains in this mode, but must not send ECT, as the peer may not be (§3.1.5).
        Conversation c = new Conversation(ACCURATE);
        c.connection = record.complete(Conversation.parse("W. 1:1(0) ack 1 win 60000"), c.memory, c.now);
        c.send(10).expect("PEe. 1:11(10) ack 1");
    }

    @Rfc(number = 9768, rules = {"3.1.4.2", "3.1.5"})
    @Test
    void shouldTellOfTheLatestSynAndKeepToTheFirst() {
        HalfOpen record = halfOpen("SEWe 0:0(0)", ACCURATE);
        OutboundSegment reply = new OutboundSegment();

        record.handleSegment(Conversation.parse("SEWe 0:0(0) CE"), reply, 0);
        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(6);
        assertThat(reply.accEcnFields).as("it may have been lost for the option").isEqualTo(-1);
        record.handleSegment(Conversation.parse("S 0:0(0)"), reply, 0);
        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(2);

        Conversation c = new Conversation(ACCURATE);
        c.connection = record.complete(Conversation.parse("W. 1:1(0) ack 1 win 60000"), c.memory, c.now);
        assertThat(marks(c).accurate()).isTrue();
        c.send(10).expect("PEe. 1:11(10) ack 1");
    }

    @Rfc(number = 9768, rules = "3.1.5")
    @ParameterizedTest
    @CsvSource({"SEWe, SEW", "SEW, SEWe"})
    void shouldResetAPeerThatAsksForBoth(String one, String other) {
        OutboundSegment reply = new OutboundSegment();

        assertThat(halfOpen(one + " 0:0(0)", ACCURATE)
                .handleSegment(Conversation.parse(other + " 0:0(0)"), reply, 0))
                .isEqualTo(HalfOpen.Verdict.RESET);
        assertThat(reply.flags).isEqualTo(TcpFlags.RST);
    }

    @Rfc(number = 9768, rules = "3.1.5")
    @Test
    void shouldStayWithoutWhenTheFirstSynDidNotAsk() {
        HalfOpen record = halfOpen("S 0:0(0)", ACCURATE);
        OutboundSegment reply = new OutboundSegment();

        record.handleSegment(Conversation.parse("SEWe 0:0(0)"), reply, 0);

        assertThat(TcpFlags.ace(reply.flags)).isZero();
    }

    // --- the end of the handshake, §3.2.2.1 and §3.2.2.3

    @Rfc(number = 9768, rules = {"3.2.2.1", "3.2.2.2"})
    @ParameterizedTest
    @CsvSource({"'', W., Ee.", "ECT1, EW., Ee.", "ECT0, e., Ee.", "CE, We., We."})
    void shouldSayUnderWhatMarkTheSynAckCame(String mark, String ack, String later) {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.inject(("SW. 0:0(0) ack 1 win 60000 " + mark).trim() + " <mss 1000>");

        c.expect(ack + " 1:1(0) ack 1 win 10000" + OPTION);
        c.send(10).expect("P" + later + " 1:11(10) ack 1 win 10000 ECT0" + OPTION);
    }

    @Rfc(number = 9768, rules = "3.2.2.1")
    @Test
    void shouldAcknowledgeTheSynAckBeforeItSendsData() {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");
        c.send(10).expectNothing();

        c.inject("SW. 0:0(0) ack 1 win 60000 <mss 1000>");

        c.expect("W. 1:1(0) ack 1").expect("PEe. 1:11(10) ack 1 ECT0").expectNothing();
    }

    @Rfc(number = 9768, rules = {"3.2.2.1", "3.2.2.2"})
    @Test
    void shouldSayItOfASynAckThatComesAgainAndCountItOnce() {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");
        c.inject("SW. 0:0(0) ack 1 win 60000 CE <mss 1000>").expect("We. 1:1(0) ack 1");

        c.inject("SW. 0:0(0) ack 1 win 60000 CE <mss 1000>").expect("We. 1:1(0) ack 1");
        c.inject("SW. 0:0(0) ack 1 win 60000 <mss 1000>").expect("W. 1:1(0) ack 1");

        assertThat(marks(c).receivedCe()).isEqualTo(1);
        c.send(10).expect("PWe. 1:11(10) ack 1 ECT0");
    }

    @Rfc(number = 9768, rules = {"3.2.2.1", "3.2.2.3"})
    @ParameterizedTest
    @CsvSource({
        "., 0, false", "E., 0, true", "W., 0, true", "EW., 0, false", "e., 0, false", "Ee., 0, true", "We., 1, false",
        "EWe., 0, true"
    })
    void shouldReadWhatTheSynAckCameUnder(String ack, int delivered, boolean ect) {
        Conversation c = accepted(ack + " 1:1(0) ack 1 win 60000", ACCURATE);

        assertThat(marks(c).deliveredCe()).isEqualTo(delivered);
        assertThat(sendsEct(c)).isEqualTo(ect);
        assertThat(cwnd(c)).isEqualTo(delivered == 0 ? 10_000 : 5000);
    }

    /** {Note 1} of table 4. */
    @Rfc(number = 9768, rules = "3.2.2.1")
    @Test
    void shouldNotRespondWhenTheCounterIsZeroed() {
        Conversation c = accepted(". 1:1(0) ack 1 win 60000", ACCURATE);
        c.send(3000).forgetSent();

        c.inject("e. 1:1(0) ack 1001 win 60000");

        assertThat(cwnd(c)).isEqualTo(10_000);
        c.inject("P. 1:11(10) ack 1001 win 60000 CE").expect("We. 3001:3001(0) ack 11");
    }

    @Rfc(number = 9768, rules = "3.2.2.4")
    @Test
    void shouldStopWhenTheFirstCounterIsZero() {
        Conversation c = accepted(ACCURATE);
        c.send(988).expect("PEe. 1:989(988) ack 1 ECT0");

        c.inject(". 1:1(0) ack 989 win 60000");

        assertThat(cwnd(c)).isEqualTo(10_000);
        assertThat(c.counters.get(Counter.TCP_EXT_ACC_ECN_MANGLED)).isEqualTo(1);
        c.send(10).expect("PEe. 989:999(10) ack 1");
    }

    @Rfc(number = 9768, rules = "3.2.2.3")
    @ParameterizedTest
    @CsvSource({"SEW., 10000", "Se., 10000", "SWe., 5000", "SEe., 10000"})
    void shouldNotSendEctWhenTheSynWasMangled(String answer, int window) {
        Conversation c = new Conversation(ACCURATE).connect().expect("SEWe 0:0(0)");

        c.inject(answer + " 0:0(0) ack 1 win 60000 <mss 1000>").expect("W. 1:1(0) ack 1");

        assertThat(sendsEct(c)).isEqualTo(answer.equals("SEe."));
        assertThat(cwnd(c)).isEqualTo(window);
        assertThat(marks(c).deliveredCe()).isZero();
    }
}
