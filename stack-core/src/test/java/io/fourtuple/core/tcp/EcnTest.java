package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Explicit congestion notification: RFC 3168 §6.1. */
class EcnTest {
    private static final TcpConfig ON = Conversation.plain().withEcn(TcpConfig.Ecn.ON);

    private static Conversation agreed() {
        return agreed(ON, 1000);
    }

    private static Conversation agreed(TcpConfig config, int maxPayload) {
        Conversation c = new Conversation(config, new PathProperties(Conversation.MSS, maxPayload));
        c.connect().expect("SEW 0:0(0)");
        c.inject("SE. 0:0(0) ack 1 win 60000 <mss 1000" + (config.options().sack() ? ",sackOK" : "") + ">");
        c.expect(". 1:1(0) ack 1").expectEvent(TcpEvent.ESTABLISHED);
        assertThat(c.connection.info(c.now).ecn()).isTrue();
        return c;
    }

    private static long cwnd(Conversation c) {
        return c.connection.info(c.now).cwnd();
    }

    // --- agreeing

    @ParameterizedTest
    @EnumSource(value = TcpConfig.Ecn.class, names = {"OFF", "ACCEPT"})
    void shouldNotAskUnlessToldTo(TcpConfig.Ecn use) {
        Conversation c = Conversation.established(Conversation.plain().withEcn(use));

        c.send(10).expect("P. 1:11(10) ack 1");
        assertThat(c.connection.info(c.now).ecn()).isFalse();
    }

    @Rfc(number = 3168, rules = "6.1.1")
    @ParameterizedTest
    @ValueSource(strings = {"S.", "S.W", "S.EW"}) // the last one sends back what it finds
    void shouldDoWithoutWhenThePeerDoesNotAgree(String answer) {
        Conversation c = new Conversation(ON);
        c.connect().expect("SEW 0:0(0)");

        c.inject(answer + " 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");

        c.send(10).expect("P. 1:11(10) ack 1");
        c.inject("P. 1:11(10) ack 11 win 60000 CE").advance(SECONDS).expect(". 11:11(0) ack 11");
        c.send(5000).forgetSent();
        c.inject("E. 11:11(0) ack 1011 win 60000");
        assertThat(cwnd(c)).isGreaterThanOrEqualTo(10_000);
        assertThat(c.connection.info(c.now).ecnSeen()).isFalse();
    }

    @Test
    void shouldTakeAnAgreementForNothingThatItDidNotAskFor() {
        Conversation c = Conversation.synSent(Conversation.plain());

        c.inject("SE. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");

        c.send(10).expect("P. 1:11(10) ack 1");
    }

    /** §6.1.1: who has sent a SYN without must not send ECT, but takes part in the other direction. */
    @Test
    @Rfc(number = 9293, rules = "SHLD-8")
    @Rfc(number = 3168, rules = "6.1.1")
    void shouldAskOnlyInTheFirstSyn() {
        Conversation c = new Conversation(ON);
        c.connect().expect("SEW 0:0(0)");
        c.timeout();
        c.expect("S 0:0(0)");

        c.inject("SE. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");

        c.send(10).expect("P. 1:11(10) ack 1");
        c.inject("P. 1:11(10) ack 11 win 60000 CE").expect("E. 11:11(0) ack 11");
    }

    @Test
    void shouldAgreeWhenSynsCross() {
        Conversation c = new Conversation(ON);
        c.connect().expect("SEW 0:0(0)");
        c.inject("SEW 0:0(0) win 60000 <mss 1000>").expect("SE. 0:0(0) ack 1");
        c.inject("SE. 0:0(0) ack 1 win 60000 <mss 1000>").expect(". 1:1(0) ack 1");
        c.inject(". 1:1(0) ack 1 win 60000").expectEvent(TcpEvent.ESTABLISHED);

        c.send(10).expect("P. 1:11(10) ack 1 ECT0");
    }

    @Test
    void shouldAgreeWithAHostThatAsksAloneWhereTheHostIsSo() {
        TcpConfig accepts = ON.withEcn(TcpConfig.Ecn.ACCEPT);
        Conversation strict = new Conversation(accepts);
        strict.connect().expect("S 0:0(0)");
        strict.inject("SEW 0:0(0) win 60000 <mss 1000>").expect("S. 0:0(0) ack 1");

        Conversation c = new Conversation(accepts.withTraits(accepts.traits().withEcnCrossing(true)));
        c.connect().expect("S 0:0(0)");
        c.inject("SEW 0:0(0) win 60000 <mss 1000>").expect("SE. 0:0(0) ack 1");
        c.inject(". 1:1(0) ack 1 win 60000").expectEvent(TcpEvent.ESTABLISHED);

        c.send(10).expect("P. 1:11(10) ack 1 ECT0");
    }

    @ParameterizedTest
    @CsvSource({"S, SE.", "SEW, S."})
    void shouldNotAgreeWhenSynsCrossAndOneDoesNotSaySo(String syn, String synAck) {
        Conversation c = new Conversation(ON);
        c.connect().expect("SEW 0:0(0)");
        c.inject(syn + " 0:0(0) win 60000 <mss 1000>").forgetSent();
        c.inject(synAck + " 0:0(0) ack 1 win 60000 <mss 1000>").forgetSent();
        c.inject(". 1:1(0) ack 1 win 60000").expectEvent(TcpEvent.ESTABLISHED);

        c.send(10).expect("P. 1:11(10) ack 1");
    }

    @Rfc(number = 9293, rules = "SHLD-8")
    @Rfc(number = 3168, rules = "6.1.1")
    @ParameterizedTest
    @CsvSource({
        "SEW 0:0(0), ACCEPT, true",
        "SEW 0:0(0), ON, true",
        "SEW 0:0(0), OFF, false",
        "S 0:0(0), ON, false",
        "SE 0:0(0), ON, false",
        "SW 0:0(0), ON, false",
        "SEW 0:0(0) CE, ON, false" // whatever marks a SYN marks everything
    })
    void shouldAgreeToAPassiveOpenThatAsks(String syn, TcpConfig.Ecn use, boolean agreed) {
        HalfOpen record = halfOpen(syn, use);
        OutboundSegment reply = new OutboundSegment();
        record.fillSynAck(reply, 0);

        assertThat(reply.flags)
                .isEqualTo(TcpFlags.SYN | TcpFlags.ACK | (agreed ? TcpFlags.ECE : 0));
        assertThat(reply.ecnCapable).isFalse();
        Conversation c = new Conversation(Conversation.plain().withEcn(use));
        c.connection = record.complete(Conversation.parse(". 1:1(0) ack 1 win 60000"), c.memory, c.now);
        c.send(10).expect(agreed ? "P. 1:11(10) ack 1 ECT0" : "P. 1:11(10) ack 1");
    }

    private static HalfOpen halfOpen(String syn, TcpConfig.Ecn use) {
        return HalfOpen.of(Conversation.TUPLE, Conversation.parse(syn), Conversation.ISS, 0,
                new PathProperties(1000, 1000), Conversation.plain().withEcn(use), 0);
    }

    @Test
    void shouldFollowAPeerThatFallsBack() {
        HalfOpen record = halfOpen("SEW 0:0(0)", TcpConfig.Ecn.ACCEPT);
        OutboundSegment reply = new OutboundSegment();

        record.handleSegment(Conversation.parse("SEW 0:0(0)"), reply, 0);
        assertThat(reply.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK | TcpFlags.ECE);
        record.handleSegment(Conversation.parse("S 0:0(0)"), reply, 0);
        assertThat(reply.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
        record.handleSegment(Conversation.parse("SEW 0:0(0)"), reply, 0);
        assertThat(reply.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
    }

    // --- receiving

    @Test
    @Rfc(number = 9293, rules = "SHLD-8")
    @Rfc(number = 3168, rules = "6.1.3")
    void shouldEchoAMarkAtOnceAndUntilThePeerHasReduced() {
        Conversation c = agreed();
        c.inject("P. 1:11(10) ack 1 win 60000 ECT0").expectNothing();

        c.inject("P. 11:21(10) ack 1 win 60000 CE").expect("E. 1:1(0) ack 21");
        c.inject("P. 21:31(10) ack 1 win 60000 ECT0").advance(SECONDS).expect("E. 1:1(0) ack 31");
        c.send(10).expect("PE. 1:11(10) ack 31 ECT0");
        c.inject("PW. 31:41(10) ack 11 win 60000 ECT0").expect(". 11:11(0) ack 41");
        c.inject("PW. 41:51(10) ack 11 win 60000 CE").expect("E. 11:11(0) ack 51"); // the next one already
        assertThat(c.connection.info(c.now).ecnSeen()).isTrue();
    }

    @Test
    void shouldNotLoseAMarkThatAReductionOvertakes() {
        Conversation c = agreed();

        c.connection.handleSegment(Conversation.parse(". 1:1001(1000) ack 1 win 60000 CE"), c.now);
        c.connection.handleSegment(Conversation.parse("PW. 1001:1011(10) ack 1 win 60000 ECT0"), c.now);

        c.flush().expect("E. 1:1(0) ack 1011");
        c.inject("PW. 1011:1021(10) ack 1 win 60000 ECT0").expect(". 1:1(0) ack 1021");
    }

    @Test
    @Rfc(number = 3168, rules = {"6.1.4", "6.1.5"})
    void shouldIgnoreMarksOfWhatIsNoData() { // §6.1.4, §6.1.5
        Conversation c = agreed();

        c.inject(". 1:1(0) ack 1 win 60000 CE").expectNothing();
        c.inject("P. 90001:90011(10) ack 1 win 60000 CE").expect(". 1:1(0) ack 1"); // beyond the window
        c.inject("P. 1:11(10) ack 1 win 60000 ECT0").advance(SECONDS).expect(". 1:1(0) ack 11");
    }

    @Test
    void shouldEchoAMarkOfWhatCameOutOfOrder() {
        Conversation c = agreed();

        c.inject("P. 11:21(10) ack 1 win 60000 CE").expect("E. 1:1(0) ack 1");
    }

    // --- sending

    @Test
    @Rfc(number = 3168, rules = {"6.1.2", "6.1.4", "6.1.5", "6.1.6"})
    void shouldMarkNewDataAndNothingElse() {
        Conversation c = agreed();
        c.send(1500).expect(". 1:1001(1000) ack 1 ECT0").expect("P. 1001:1501(500) ack 1 ECT0");
        c.timeout();
        c.expect(". 1:1001(1000) ack 1");
        c.inject("P. 1:11(10) ack 1501 win 60000").advance(SECONDS).expect(". 1501:1501(0) ack 11");

        c.inject(". 11:11(0) ack 1501 win 0").send(10);
        c.timeout();
        c.expect(". 1501:1502(1) ack 11"); // a probe
        c.inject(". 11:11(0) ack 1502 win 60000").expect("PW. 1502:1511(9) ack 11 ECT0");
        c.connection.shutdownOutput(c.now);
        c.flush().expect("F. 1511:1511(0) ack 11");
        c.timeout();
        c.expect("FP. 1502:1511(9) ack 11").expectNothing();
    }

    @Test
    @Rfc(number = 9293, rules = "SHLD-8")
    @Rfc(number = 3168, rules = "6.1.2")
    void shouldHalveTheWindowOnceForAWindowOfDataAndSaySo() {
        Conversation c = agreed();
        c.send(30_000);
        for (int i = 0; i < 10; i++) {
            c.expect(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1 ECT0");
        }

        c.inject("E. 1:1(0) ack 1001 win 60000").expectNothing();
        assertThat(cwnd(c)).isEqualTo(5000);
        for (int i = 2; i <= 5; i++) {
            c.inject("E. 1:1(0) ack " + (1 + 1000 * i) + " win 60000").expectNothing(); // the same mark
        }
        assertThat(cwnd(c)).isEqualTo(5000);
        c.inject("E. 1:1(0) ack 6001 win 60000").expect("W. 10001:11001(1000) ack 1 ECT0");
        c.inject("E. 1:1(0) ack 8001 win 60000").expect(". 11001:12001(1000) ack 1 ECT0")
                .expect(". 12001:13001(1000) ack 1 ECT0").expectNothing();
        c.inject("E. 1:1(0) ack 10001 win 60000").forgetSent(); // was sent before CWR came
        assertThat(cwnd(c)).isEqualTo(5000);
        c.inject("E. 1:1(0) ack 11001 win 60000"); // and this is another
        assertThat(cwnd(c)).isEqualTo(2500);
        assertThat(c.count(Counter.TCP_RETRANS_SEGS)).isZero();
        assertThat(c.count(Counter.TCP_EXT_DELIVERED_CE)).isEqualTo(11);
    }

    @Test
    @Rfc(number = 9438, rules = "4.6")
    void shouldReduceByTheFactorOfCubic() {
        Conversation c = agreed(ON.withCongestionControl(Cubic::new), 1000);
        c.send(30_000).forgetSent();

        c.inject("E. 1:1(0) ack 1001 win 60000");

        assertThat(cwnd(c)).isEqualTo(7000);
    }

    @Test
    void shouldTreatAMarkLikeALossWithAPolicyThatKnowsNoMarks() {
        int[] losses = new int[1];
        CongestionControl deaf = new CongestionControl() {
            @Override
            public long cwnd() {
                return 10_000;
            }

            @Override
            public long ssthresh() {
                return 10_000;
            }

            @Override
            public String name() {
                return "deaf";
            }

            @Override
            public void onAck(int acked, long inFlightBefore, boolean limited, long smoothedRttNanos, long nowNanos) {}

            @Override
            public void onLoss(long inFlight, long nowNanos) {
                losses[0]++;
            }

            @Override
            public void onRecovered(long inFlight, long nowNanos) {}

            @Override
            public void onTimeout(long inFlight, long nowNanos) {}

            @Override
            public void onIdleRestart(int timeouts, long nowNanos) {}

            @Override
            public void onSegmentSize(int segmentSize) {}
        };
        Conversation c = agreed(ON.withCongestionControl((mss, window) -> deaf), 1000);
        c.send(3000).inject("E. 1:1(0) ack 1001 win 60000");

        assertThat(losses[0]).isEqualTo(1);
    }

    @Test
    void shouldNotReduceTwiceForALossAmongWhatWasMarked() {
        Conversation c = agreed(ON.withOptions(new TcpConfig.OptionOffer(false, false, true, 48)), 1000);
        c.send(30_000).forgetSent();
        c.inject("E. 1:1(0) ack 1001 win 60000");
        assertThat(cwnd(c)).isEqualTo(5000);

        c.inject("E. 1:1(0) ack 1001 win 60000 <sack 2001:8001>");

        c.expect(". 1001:2001(1000) ack 1");
        assertThat(cwnd(c)).isEqualTo(5000);
    }

    @Test
    void shouldNotReduceTwiceForAMarkAmongWhatWasLost() {
        Conversation c = agreed(ON.withOptions(new TcpConfig.OptionOffer(false, false, true, 48)), 1000);
        c.send(12_000).forgetSent();
        c.inject(". 1:1(0) ack 1 win 60000 <sack 1001:7001>").expect(". 1:1001(1000) ack 1");
        long reduced = cwnd(c);

        c.inject("E. 1:1(0) ack 1 win 60000 <sack 1001:9001>");

        assertThat(cwnd(c)).isEqualTo(reduced);
        c.expect("W. 10001:11001(1000) ack 1 ECT0");
        c.inject("E. 1:1(0) ack 10001 win 60000"); // all of the window is there, CWR is not yet
        assertThat(cwnd(c)).isEqualTo(reduced);
    }

    @Test
    void shouldTellThatTheWindowIsReducedUntilWhatWasInFlightIsAcknowledged() {
        Conversation c = agreed();
        c.send(2000).forgetSent();
        assertThat(c.connection.info(c.now).path().caState()).isEqualTo(TcpInfo.State.OPEN);

        c.inject("E. 1:1(0) ack 1001 win 60000");
        assertThat(c.connection.info(c.now).path().caState()).isEqualTo(TcpInfo.State.CWR);

        c.inject(". 1:1(0) ack 2001 win 60000");
        assertThat(c.connection.info(c.now).path().caState()).isEqualTo(TcpInfo.State.OPEN);
    }

    @Test
    void shouldSayThatATimeoutReducedTheWindow() {
        Conversation c = agreed();
        c.send(2000).forgetSent();
        c.timeout();
        c.expect(". 1:1001(1000) ack 1");

        c.inject("E. 1:1(0) ack 2001 win 60000"); // marked, too, but the window is one segment already
        assertThat(cwnd(c)).isLessThanOrEqualTo(3000);

        c.send(10).expect("PW. 2001:2011(10) ack 1 ECT0");
        c.send(10);
        c.inject(". 1:1(0) ack 2011 win 60000").expect("P. 2011:2021(10) ack 1 ECT0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNeverMakeTheWindowLarger(boolean cubic) {
        CongestionControl control = cubic ? new Cubic(1000, 10_000) : new NewReno(1000, 10_000);
        control.onTimeout(10_000, 0);
        assertThat(control.cwnd()).isEqualTo(1000);

        control.onEcn(1000, 0);

        assertThat(control.cwnd()).isEqualTo(1000);
    }

    @Test
    void shouldSayItInASegmentOfItsOwnThoughTheNicCutsSegments() {
        Conversation c = agreed(ON, 20_000);
        c.send(10_000).expect("P. 1:10001(10000) ack 1 ECT0");
        c.inject("E. 1:1(0) ack 10001 win 60000");

        c.send(3500);

        c.expect("W. 10001:11001(1000) ack 1 ECT0").expect("P. 11001:13501(2500) ack 1 ECT0").expectNothing();
    }

    @Test
    void shouldReduceForAMarkOfTheOnlySegment() {
        Conversation c = agreed();
        c.send(10).forgetSent();

        c.inject("E. 1:1(0) ack 11 win 60000");

        assertThat(cwnd(c)).isEqualTo(2000);
        c.send(10).expect("PW. 11:21(10) ack 1 ECT0");
    }

    // --- both ends

    /** A router that marks in place of dropping: less is sent again, and the window is no less reduced. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTransferThroughARouterThatMarks(long seed) {
        TcpConfig config = TcpConfig.defaults().withEcn(TcpConfig.Ecn.ON);
        TcpPair pair = new TcpPair(config, config, new PathProperties(1460, 1460));
        pair.establish();
        pair.link = new TcpPair.Link(0, 5 * TcpPair.MILLIS, 0);
        pair.marking = new Random(seed)::nextDouble;

        TcpTransferTest.transfer(pair, 1 << 20, 1 << 19);

        assertThat(pair.client.count(Counter.TCP_RETRANS_SEGS)).isZero();
        assertThat(pair.client.connection.info(pair.now).ssthresh()).isLessThan(200_000);
        assertThat(pair.client.count(Counter.TCP_EXT_DELIVERED_CE)).isPositive();
    }

    /** Whoever asks and whoever refuses, and whatever is lost: data arrive, and only who agreed sends ECT. */
    @ParameterizedTest
    @CsvSource({"ON, OFF", "OFF, ON", "ON, ACCEPT", "ACCEPT, ON", "ACCEPT, ACCEPT", "OFF, OFF", "ON, ON"})
    void shouldWorkWithEveryPeer(TcpConfig.Ecn client, TcpConfig.Ecn server) {
        for (boolean drops : new boolean[] {false, true}) {
            TcpPair pair = new TcpPair(TcpConfig.defaults().withEcn(client), TcpConfig.defaults().withEcn(server),
                    new PathProperties(1460, 1460));
            pair.filter = (to, segment) -> !(drops && segment.has(TcpFlags.SYN | TcpFlags.ECE)); // some firewalls do
            pair.connect();
            pair.runUntil(() -> pair.client.has(TcpEvent.ESTABLISHED) && pair.server.has(TcpEvent.ESTABLISHED),
                    180 * SECONDS);
            boolean agreed = client == TcpConfig.Ecn.ON && server != TcpConfig.Ecn.OFF && !drops;
            assertThat(pair.server.connection.info(pair.now).ecn()).isEqualTo(agreed);
            pair.link = new TcpPair.Link(0.05, TcpPair.MILLIS, TcpPair.MILLIS);

            TcpTransferTest.transfer(pair, 100_000, 100_000);

            assertThat(pair.client.connection.info(pair.now).ecnSeen()).isEqualTo(agreed);
            assertThat(pair.server.connection.info(pair.now).ecnSeen()).isEqualTo(agreed);
        }
    }

    @Test
    void shouldCarryTheAgreementInACookieOfAPeerWithTimestamps() {
        for (String options : new String[] {"<mss 1000,TS 7 0>", "<mss 1000>"}) {
            TcpConfig config = Conversation.withTimestamps();
            SynCookies cookies = new SynCookies(1, 2, 3, 4);
            TcpSegment syn = Conversation.parse("SEW 0:0(0) win 60000 " + options);
            OutboundSegment out = new OutboundSegment();
            PathProperties path = new PathProperties(1000, 1000);
            Conversation c = new Conversation(config);
            cookies.fillSynAck(Conversation.TUPLE, syn, 0, path, config, out, c.now);
            boolean agreed = options.contains("TS");
            assertThat(out.flags & TcpFlags.ECE).isEqualTo(agreed ? TcpFlags.ECE : 0);

            TcpSegment synAck = TcpPair.toSegment(out);
            TcpSegment ack = new TcpSegment(syn.end(), synAck.end(), TcpFlags.ACK, 60_000, 0,
                    agreed ? TcpOptions.timestamps(8, out.tsVal)
                            : TcpOptions.NONE,
                    new byte[0], 0, 0, 0, Ecn.NOT_ECT);
            HalfOpen record = cookies.open(Conversation.TUPLE, ack, 0, path, config, c.now);
            c.connection = record.complete(ack, c.memory, c.now);
            c.connection.send(ByteBuffer.wrap(new byte[10]), c.now);

            assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
            assertThat(out.ecnCapable).isEqualTo(agreed);
        }
    }
}
