package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.TcpConfig.AccEcnRules;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accurate ECN: RFC 9768. The counter of marks is AE (here e), CWR (W) and ECE (E); it begins with 5, which is eE. */
class AccurateEcnTest {
    /** When conversations begin. */
    static final long START = new Conversation(Conversation.plain()).now;
    static final String OPTION = " <ECN e1b 1 ceb 0 e0b 1>";
    static final TcpConfig ACCURATE = Conversation.plain().withEcn(TcpConfig.Ecn.ACCURATE);
    private static final TcpConfig BARE =
            ACCURATE.withAccEcn(new AccEcnRules(AccEcnRules.Option.NEVER, 0));

    static HalfOpen halfOpen(String syn, TcpConfig config) {
        return HalfOpen.of(Conversation.TUPLE, Conversation.parse(syn), Conversation.ISS, 0,
                new PathProperties(Conversation.MSS, Conversation.MSS), config, START);
    }

    /** Passively opened; the final ACK is this one. */
    static Conversation accepted(String ack, TcpConfig config) {
        Conversation c = new Conversation(config);
        c.connection = halfOpen("SEWe 0:0(0) <mss 1000>", config).complete(Conversation.parse(ack), c.memory, c.now);
        return c.flush().expectEvent(TcpEvent.ESTABLISHED);
    }

    static Conversation accepted(TcpConfig config) {
        return accepted("W. 1:1(0) ack 1 win 60000", config);
    }

    static long cwnd(Conversation c) {
        return c.connection.info(c.now).cwnd();
    }

    static TcpInfo.Marks marks(Conversation c) {
        return c.connection.info(c.now).marks();
    }

    static boolean sendsEct(Conversation c) {
        return c.connection.tcb().ect;
    }

    // --- receiving, §3.2

    @Rfc(number = 9768, rules = {"3.2", "3.2.1", "3.2.2.2"})
    @Test
    void shouldCountEachMark() {
        Conversation c = accepted(BARE);

        c.inject("Ee. 1:101(100) ack 1 win 60000 CE").expect("We. 1:1(0) ack 101");
        c.inject("Ee. 101:201(100) ack 1 win 60000 ECT0").expect("We. 1:1(0) ack 201");
        c.inject("Ee. 201:301(100) ack 1 win 60000 CE").expect("EWe. 1:1(0) ack 301");
        c.inject("Ee. 301:401(100) ack 1 win 60000 ECT1").expect("EWe. 1:1(0) ack 401");
        c.inject("Ee. 401:501(100) ack 1 win 60000 CE").expect(". 1:1(0) ack 501"); // the number wraps
        c.inject("Ee. 501:501(0) ack 1 win 60000 CE").expectNothing();
        c.send(10).expect("PE. 1:11(10) ack 501 ECT0");

        assertThat(marks(c)).isEqualTo(new TcpInfo.Marks(true, 0, 0, 0, 0, 4, 100, 100, 300));
    }

    @Rfc(number = 9768, rules = "3.2")
    @Test
    void shouldCountWhatTheNicHasMerged() {
        Conversation c = accepted(BARE);
        TcpSegment s = Conversation.parse("Ee. 1:2501(2500) ack 1 win 60000 CE");

        c.connection.handleSegment(new TcpSegment(s.seq(), s.ack(), s.flags(), s.window(), 0, s.options(), s.array(),
                s.payloadOffset(), s.payloadLength(), 1000, s.ecn()), c.now);

        c.flush().expect(". 1:1(0) ack 2501");
        assertThat(marks(c).receivedCe()).isEqualTo(3);
    }

    @Rfc(number = 9768, rules = "3.2")
    @Test
    void shouldNotCountWhatIsNotAcceptable() {
        Conversation c = accepted(BARE);

        c.inject("Ee. 20001:20101(100) ack 1 win 60000 CE").expect("Ee. 1:1(0) ack 1");
        c.inject("Ee. 1:101(100) ack 9999 win 60000 CE").forgetSent();

        assertThat(marks(c).receivedCe()).isZero();
    }

    @Rfc(number = 9768, rules = "3.2.2.5.1")
    @Test
    void shouldAcknowledgeAtOnceWhenMarksBeginAndEveryTwo() {
        Conversation c = accepted(BARE);
        c.inject("Ee. 1:101(100) ack 1 win 60000 ECT0").expectNothing();

        c.inject("Ee. 101:201(100) ack 1 win 60000 CE").expect("We. 1:1(0) ack 201");
        c.inject("Ee. 201:301(100) ack 1 win 60000 CE").expectNothing();
        c.inject("Ee. 301:401(100) ack 1 win 60000 CE").expect(". 1:1(0) ack 401");
        c.inject("Ee. 401:501(100) ack 1 win 60000 ECT0").expect(". 1:1(0) ack 501");
        c.inject("Ee. 501:601(100) ack 1 win 60000 ECT0").expectNothing();
    }

    @Rfc(number = 9768, rules = "3.2.2.5.1")
    @Test
    void shouldAcknowledgeEveryThirdMarkedAcknowledgment() {
        Conversation c = accepted(BARE);

        c.inject("Ee. 1:1(0) ack 1 win 60000 CE").inject("Ee. 1:1(0) ack 1 win 60000 CE").expectNothing();
        c.inject("Ee. 1:1(0) ack 1 win 60000 CE").expect(". 1:1(0) ack 1").expectNothing();
    }

    // --- the option, §3.2.3

    @Rfc(number = 9768, rules = {"3.2.3", "3.2.3.1"})
    @Test
    void shouldTellTheOctetsUnderEachMark() {
        Conversation c = accepted(ACCURATE);

        c.inject("Ee. 1:101(100) ack 1 win 60000 CE")
                .expect("We. 1:1(0) ack 101 win 9900 <ECN e1b 1 ceb 100 e0b 1>");
        c.inject("Ee. 101:301(200) ack 1 win 60000 ECT0")
                .expect("We. 1:1(0) ack 301 win 9700 <ECN e1b 1 ceb 100 e0b 201>");
        c.inject("Ee. 301:601(300) ack 1 win 60000 ECT1").advance(SECONDS)
                .expect("We. 1:1(0) ack 601 win 9400 <ECN e1b 301 ceb 100 e0b 201>");
    }

    @Rfc(number = 9768, rules = "3.2.3.3")
    @Test
    void shouldLeaveRoomForTwoSackBlocks() {
        TcpConfig config = ACCURATE.withOptions(new TcpConfig.OptionOffer(false, true, true, 48));
        Conversation c = new Conversation(config);
        c.connection = halfOpen("SEWe 0:0(0) win 60000 <mss 1000,sackOK,TS 7 0>", config)
                .complete(Conversation.parse("W. 1:1(0) ack 1 win 60000 <TS 7 0>"), c.memory, c.now);
        c.flush();

        c.inject("Ee. 101:201(100) ack 1 win 60000 ECT1 <TS 7 0>")
                .expect("Ee. 1:1(0) ack 1 win 10000 <ECN e1b 101 ceb 0 e0b 1> <sack 101:201>");
        c.inject("Ee. 301:401(100) ack 1 win 60000 ECT1 <TS 7 0>")
                .expect("Ee. 1:1(0) ack 1 win 10000 <ECN e1b 201 ceb 0> <sack 301:401 101:201>");
        c.inject("Ee. 501:601(100) ack 1 win 60000 CE <TS 7 0>")
                .expect("We. 1:1(0) ack 1 win 10000 <ECN e1b 201 ceb 100> <sack 501:601 301:401>");
        c.inject("Ee. 701:801(100) ack 1 win 60000 ECT0 <TS 7 0>") // all three counters: SACK goes first
                .expect("We. 1:1(0) ack 1 win 10000 <sack 701:801 501:601 301:401>");
    }

    /** Where Linux has none, as it always begins with ECT(1). */
    @Rfc(number = 9768, rules = {"3.2.3", "3.2.3.3"})
    @Test
    void shouldTurnTheOrderRoundWhereThatIsShorter() {
        TcpConfig config = ACCURATE.withOptions(new TcpConfig.OptionOffer(false, true, true, 48));
        Conversation c = new Conversation(config);
        c.connection = halfOpen("SEWe 0:0(0) win 60000 <mss 1000,sackOK,TS 7 0>", config)
                .complete(Conversation.parse("W. 1:1(0) ack 1 win 60000 <TS 7 0>"), c.memory, c.now);
        c.flush();

        c.inject("Ee. 101:201(100) ack 1 win 60000 ECT0 <TS 7 0>").forgetSent();
        c.inject("Ee. 301:401(100) ack 1 win 60000 CE <TS 7 0>")
                .expect("We. 1:1(0) ack 1 win 10000 <ECN e0b 101 ceb 100> <sack 301:401 101:201>");
    }

    @Rfc(number = 9768, rules = "3.2.3.3")
    @Test
    void shouldSendItWhenSomethingChangesAndNowAndThen() {
        Conversation c = accepted(ACCURATE.withAccEcn(new AccEcnRules(AccEcnRules.Option.CHANGES, 0)));
        c.send(10).expect("PEe. 1:11(10) ack 1 win 10000 ECT0" + OPTION);
        c.send(10).expectNothing();
        c.inject("Ee. 1:1(0) ack 11 win 60000").expect("PEe. 11:21(10) ack 1 win 10000 ECT0" + OPTION);
        c.inject("Ee. 1:1(0) ack 21 win 60000");
        c.send(10).expect("PEe. 21:31(10) ack 1 win 10000 ECT0");

        c.inject("Ee. 1:101(100) ack 31 win 60000 CE")
                .expect("We. 31:31(0) ack 101 win 9900 <ECN e1b 1 ceb 100 e0b 1>");
        c.inject("Ee. 101:201(100) ack 31 win 60000 ECT0")
                .expect("We. 31:31(0) ack 201 win 9800 <ECN e1b 1 ceb 100 e0b 101>");
        c.inject("Ee. 201:301(100) ack 31 win 60000 ECT0").advance(SECONDS)
                .expect("We. 31:31(0) ack 301 win 9700 <ECN e1b 1 ceb 100 e0b 201>");
        c.inject("Ee. 301:401(100) ack 31 win 60000 ECT0").advance(SECONDS)
                .expect("We. 31:31(0) ack 401 win 9600");
    }

    @Rfc(number = 9768, rules = "3.2.3.2.2")
    @Test
    void shouldDoWithoutWhenTheFirstDataWithItAreLost() {
        Conversation c = accepted(ACCURATE);
        c.send(100).expect("PEe. 1:101(100) ack 1 win 10000 ECT0" + OPTION);

        c.advance(3 * SECONDS).expect("PEe. 1:101(100) ack 1 win 10000");

        assertThat(c.counters.get(Counter.TCP_EXT_ACC_ECN_OPTION_BLOCKED)).isEqualTo(1);
        c.forgetSent().inject("Ee. 1:1(0) ack 101 win 60000");
        c.send(10).expect("PEe. 101:111(10) ack 1 win 10000 ECT0");
    }

    /** Acknowledgments get lost as well, which shows when what they acknowledge comes again. */
    @Rfc(number = 9768, rules = "3.2.3.2.2")
    @Test
    void shouldDoWithoutWhenAcknowledgedDataComeAgain() {
        Conversation c = accepted(ACCURATE);
        c.inject("PEe. 1:101(100) ack 1 win 60000").advance(SECONDS).expect("Ee. 1:1(0) ack 101 win 9900" + OPTION);

        c.inject("PEe. 1:101(100) ack 1 win 60000").expect("Ee. 1:1(0) ack 101 win 9900" + OPTION);
        c.inject("PEe. 1:101(100) ack 1 win 60000").expect("Ee. 1:1(0) ack 101 win 9900");
    }

    @Rfc(number = 9768, rules = "3.2.3.2.2")
    @Test
    void shouldKeepItOnceDataWithItHaveArrived() {
        Conversation c = accepted(ACCURATE);
        c.send(100).inject("Ee. 1:1(0) ack 101 win 60000").forgetSent();
        c.send(100).expect("PEe. 101:201(100) ack 1 win 10000 ECT0" + OPTION);

        c.advance(3 * SECONDS).expect("PEe. 101:201(100) ack 1 win 10000" + OPTION);
    }

    // --- what the peer tells, §3.2.2.2 and §3.2.2.5.2

    @Rfc(number = 9768, rules = {"3.1.5", "3.2.2.2"})
    @Test
    void shouldReduceTheWindowOnceInARoundTrip() {
        Conversation c = accepted(BARE);
        c.send(10_000).expect("Ee. 1:1001(1000) ack 1 ECT0").forgetSent();

        c.inject("We. 1:1(0) ack 1001 win 60000");
        assertThat(cwnd(c)).isEqualTo(5000);
        c.inject("EWe. 1:1(0) ack 2001 win 60000");
        assertThat(cwnd(c)).isEqualTo(5000);
        assertThat(marks(c).deliveredCe()).isEqualTo(2);
        c.inject("EWe. 1:1(0) ack 10001 win 60000").forgetSent();
        long grown = cwnd(c);
        c.send(5000).expect("Ee. 10001:11001(1000) ack 1 ECT0").forgetSent(); // and no CWR: it is part of the number
        c.inject(". 1:1(0) ack 11001 win 60000");
        assertThat(cwnd(c)).isLessThan(grown);
        assertThat(c.connection.info(c.now).path().caState()).isEqualTo(TcpInfo.State.CWR);
    }

    /** One that tells of nothing new may have been overtaken. */
    @Rfc(number = 9768, rules = "3.2.2.2")
    @Test
    void shouldIgnoreAnAcknowledgmentThatTellsOfNothingNew() {
        Conversation c = accepted(ACCURATE);
        c.send(1000).forgetSent();

        c.inject("We. 1:1(0) ack 1 win 60000 <ECN e0b 1 ceb 1000 e1b 1>");

        assertThat(marks(c).deliveredCe()).isZero();
        assertThat(marks(c).deliveredCeOctets()).isZero();
    }

    /** Ten packets at once, and a number that has gone from 5 to 6: one mark, or nine. */
    @Rfc(number = 9768, rules = "3.2.2.5.2")
    @ParameterizedTest
    @CsvSource({"'', 9", "ECN e0b 9881, 1", "ECN e0b 8893 ceb 988, 1", "ECN e0b 1 ceb 8892, 9"})
    void shouldTellByTheOptionWhetherTheNumberHasCycled(String option, int marks) {
        Conversation c = accepted(ACCURATE.withAccEcn(new AccEcnRules(AccEcnRules.Option.ALWAYS, 0)));
        for (int i = 0; i < 8; i++) { // one at a time, as one that does not merge
            c.send(10).forgetSent().inject("Ee. 1:1(0) ack " + (10 * i + 11) + " win 60000");
        }
        c.send(9880).forgetSent();
        String text = option.isEmpty() ? "" : " <" + option + ">";

        c.inject("We. 1:1(0) ack 9961 win 60000" + (option.isEmpty() ? "" : shifted(text)));

        assertThat(marks(c).deliveredCe()).isEqualTo(marks);
    }

    /** The 80 octets before came under ECT(0), too. */
    private static String shifted(String option) {
        String e0b = option.replaceFirst(".*e0b (\\d+).*", "$1");
        return option.replaceFirst("e0b \\d+", "e0b " + (Integer.parseInt(e0b) + 80));
    }

    /** A receiver that merges acknowledges many at a time, and every second mark at least: it cannot have cycled. */
    @Rfc(number = 9768, rules = "3.2.2.5.2")
    @Test
    void shouldNotSuspectAReceiverThatMerges() {
        Conversation c = accepted(BARE);
        c.send(10_000).forgetSent();

        c.inject("We. 1:1(0) ack 10001 win 60000");

        assertThat(marks(c).deliveredCe()).isEqualTo(1);
    }

    @Rfc(number = 9768, rules = "3.2.3.1")
    @Test
    void shouldNotBelieveOctetsThatWereNeverSent() {
        Conversation c = accepted(ACCURATE);
        c.send(1000).forgetSent();

        c.inject("Ee. 1:1(0) ack 1001 win 60000 <ECN e0b 1 ceb 8000000 e1b 1>");
        c.send(1000).forgetSent().inject("Ee. 1:1(0) ack 2001 win 60000 <ECN e0b 0 ceb 0 e1b 1>");

        assertThat(c.counters.get(Counter.TCP_EXT_ACC_ECN_OPTION_DISCARD)).isEqualTo(2);
        assertThat(marks(c)).isEqualTo(new TcpInfo.Marks(true, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(sendsEct(c)).isTrue();
    }

    @Rfc(number = 9768, rules = "3.2.3.2.4")
    @Test
    void shouldIgnoreOptionsWhenTheFirstOneWasZeroed() {
        Conversation c = accepted("W. 1:1(0) ack 1 win 60000 <ECN e0b 0 ceb 0 e1b 0>", ACCURATE);
        c.send(1000).forgetSent();

        c.inject("Ee. 1:1(0) ack 1001 win 60000 <ECN e0b 1001 ceb 0 e1b 1>");

        assertThat(marks(c).deliveredEct0()).isZero();
        assertThat(c.counters.get(Counter.TCP_EXT_ACC_ECN_OPTION_DISCARD)).isZero();
    }

    @Rfc(number = 9768, rules = "3.2.3.2.5")
    @Test
    void shouldNotSendEctWhenTheOptionAndTheNumberContradictEachOther() {
        Conversation c = accepted(ACCURATE);
        c.send(988).forgetSent();

        c.inject("Ee. 1:1(0) ack 989 win 60000 <ECN e0b 1 ceb 988 e1b 1>");

        c.send(10).expect("PEe. 989:999(10) ack 1");
    }

    // --- beside other things

    @Rfc(number = 9768, rules = "5.1")
    @ParameterizedTest
    @CsvSource({"SEWe, W., true", "SEWe, ., false", "SEWe, E., false", "S, ., false", "SEWe, Ee., true"})
    void shouldFindTheAgreementInTheFinalAckOfACookie(String first, String last, boolean agreed) {
        Conversation c = new Conversation(ACCURATE);
        PathProperties path = new PathProperties(1000, 1000);
        SynCookies cookies = new SynCookies(1, 2, 3, 4);
        OutboundSegment out = new OutboundSegment();
        TcpSegment syn = Conversation.parse(first + " 0:0(0) win 60000 ECT0 <mss 1000>");
        cookies.fillSynAck(Conversation.TUPLE, syn, 0, path, ACCURATE, out, c.now);
        assertThat(TcpFlags.ace(out.flags)).isEqualTo(first.equals("S") ? 0 : 4);
        TcpSegment ack = TcpSegment.of(syn.end(), TcpPair.toSegment(out).end(),
                Conversation.parse(last + " 1:1(0) ack 1").flags(), 60_000, syn.options());

        HalfOpen record = cookies.open(Conversation.TUPLE, ack, 0, path, ACCURATE, c.now);
        c.connection = record.complete(ack, c.memory, c.now);

        assertThat(marks(c).accurate()).isEqualTo(agreed);
    }

    @Rfc(number = 9768, rules = {"3.2", "5.2"})
    @Test
    void shouldWorkWithFastOpen() {
        Conversation c = new Conversation(ACCURATE)
                .acceptFast("SEWe 0:100(100) win 60000 CE <mss 1000>", FastOpenOption.ABSENT);

        c.expect("SWe. 0:0(0) ack 101 win 10000" + OPTION); // data with a SYN are not counted
        c.send(10).expect("PEe. 1:11(10) ack 101 win 9900 ECT0" + OPTION);
        c.inject("Ee. 101:101(0) ack 11 win 60000");

        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(marks(c)).isEqualTo(new TcpInfo.Marks(true, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Rfc(number = 9768, rules = "3.2.2")
    @Test
    void shouldTellTheNumberInEachSegmentThatAcknowledges() {
        HalfOpen record = halfOpen("SEWe 0:0(0)", BARE);
        OutboundSegment reply = new OutboundSegment();
        record.handleSegment(Conversation.parse("Ee. 5:5(0) ack 99999"), reply, START);
        assertThat(record.handleSegment(Conversation.parse("Ee. 20001:20001(0) ack 1"), reply, START + SECONDS))
                .isEqualTo(HalfOpen.Verdict.REPLY);
        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(5);

        Conversation c = accepted(BARE);
        c.inject("Ee. 1:101(100) ack 1 win 60000 CE").expect("We. 1:1(0) ack 101");
        c.receive();
        c.forgetSent();
        c.connection.close(c.now);
        c.flush().expect("FWe. 1:1(0) ack 101");
        c.inject("FEe. 101:101(0) ack 2 win 60000").expect("We. 2:2(0) ack 102");
        TimeWaitRecord late = TimeWaitRecord.of(c.connection, c.now);
        assertThat(late.handleSegment(Conversation.parse("FEe. 101:101(0) ack 2"), reply, c.now))
                .isEqualTo(TimeWaitRecord.Verdict.REPLY);
        assertThat(TcpFlags.ace(reply.flags)).isEqualTo(6);

        Conversation reset = accepted(BARE);
        reset.connection.abort(reset.now);
        reset.flush().expect("REe. 1:1(0) ack 1");
    }

    /** A NIC that cuts clears CWR in all segments but the first: nothing is left to it while it is part of a number. */
    @Test
    void shouldNotLetTheNicCutWhileTheNumberHasCwr() {
        Conversation c = new Conversation(BARE, new PathProperties(1000, 10_000));
        c.connection = halfOpen("SEWe 0:0(0) <mss 1000>", BARE)
                .complete(Conversation.parse("W. 1:1(0) ack 1 win 60000"), c.memory, c.now);
        c.flush();
        c.send(2000);
        c.inject("Ee. 1:101(100) ack 2001 win 60000 CE").forgetSent();

        c.send(2000).expect("We. 2001:3001(1000) ack 101 ECT0").expect("PWe. 3001:4001(1000) ack 101 ECT0");
    }

    // --- both ends

    /** A router that marks in place of dropping: each end knows exactly what has happened to what it has sent. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTransferThroughARouterThatMarks(long seed) {
        for (AccEcnRules.Option option : new AccEcnRules.Option[] {
                AccEcnRules.Option.ALWAYS, AccEcnRules.Option.CHANGES, AccEcnRules.Option.NEVER}) {
            TcpConfig config = TcpConfig.defaults().withEcn(TcpConfig.Ecn.ACCURATE)
                    .withAccEcn(new AccEcnRules(option, 3));
            TcpPair pair = new TcpPair(config, config, new PathProperties(1460, 1460));
            pair.establish();
            pair.link = new TcpPair.Link(0, 5 * TcpPair.MILLIS, 0);
            pair.marking = new Random(seed)::nextDouble;

            TcpTransferTest.transfer(pair, 1 << 20, 1 << 19);

            assertThat(pair.client.count(Counter.TCP_RETRANS_SEGS)).isZero();
            TcpInfo.Marks client = pair.client.connection.info(pair.now).marks();
            TcpInfo.Marks server = pair.server.connection.info(pair.now).marks();
            assertThat(client.accurate()).isTrue();
            assertThat(client.deliveredCe()).isPositive();
            assertThat(client.deliveredCe()).isBetween(server.receivedCe() - 3, server.receivedCe());
            assertThat(server.deliveredCe()).isBetween(client.receivedCe() - 3, client.receivedCe());
            assertThat(pair.client.connection.info(pair.now).ssthresh()).isLessThan(200_000);
            assertThat(pair.client.count(Counter.TCP_EXT_ACC_ECN_OPTION_DISCARD)).isZero();
            assertThat(pair.client.count(Counter.TCP_EXT_ACC_ECN_MANGLED)).isZero();
        }
    }

    /** Whoever asks and whoever refuses, and whatever is lost: data arrive. */
    @ParameterizedTest
    @CsvSource({
        "ACCURATE, ACCURATE, true", "ACCURATE, ACCEPT_ACCURATE, true", "ACCURATE, ACCEPT, false",
        "ACCURATE, OFF, false", "ON, ACCURATE, false", "ACCEPT_ACCURATE, ACCURATE, false",
        "ACCEPT_ACCURATE_ON, ACCEPT_ACCURATE_ON, false"
    })
    void shouldWorkWithEveryPeer(TcpConfig.Ecn client, TcpConfig.Ecn server, boolean accurate) {
        for (int drops = 0; drops < 3; drops++) {
            TcpPair pair = new TcpPair(TcpConfig.defaults().withEcn(client), TcpConfig.defaults().withEcn(server),
                    new PathProperties(1460, 1460));
            boolean firewall = drops == 1;
            boolean options = drops == 2;
            pair.filter = (to, s) -> !(firewall && s.has(TcpFlags.SYN) && (s.flags() & TcpFlags.ACE) != 0)
                    && !(options && s.options().accEcn().present());
            pair.connect();
            pair.runUntil(() -> pair.client.has(TcpEvent.ESTABLISHED) && pair.server.has(TcpEvent.ESTABLISHED),
                    180 * SECONDS);
            assertThat(pair.client.connection.info(pair.now).marks().accurate()).isEqualTo(accurate && !firewall);
            pair.link = new TcpPair.Link(0.05, TcpPair.MILLIS, TcpPair.MILLIS);
            pair.marking = new Random(drops)::nextDouble;

            TcpTransferTest.transfer(pair, 100_000, 100_000);
        }
    }

    @Test
    void shouldShowNothingWhereItIsNotAgreed() {
        Conversation c = Conversation.established(Conversation.plain());

        assertThat(marks(c)).isEqualTo(TcpInfo.Marks.NONE);
        assertThat(c.now).isGreaterThan(MILLIS);
    }
}
