package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.Seq;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Closed windows and the probes between: what once made a connection hang, crawl or die. */
class StallTest {
    @Test
    void shouldNotLetAClosedWindowStopTheOtherDirection() {
        TcpConfig small = TcpConfig.defaults().withReceiveBuffer(TcpConfig.BufferLimits.fixed(60_000));
        TcpPair pair = new TcpPair(small, TcpConfig.defaults(), new PathProperties(1460, 1460)).establish();
        pair.link = new TcpPair.Link(0, 10 * MILLIS, 0);
        pair.client.reading = false;
        ByteBuffer down = ByteBuffer.wrap(new byte[1 << 20]);
        ByteBuffer up = ByteBuffer.wrap(new byte[4 << 20]);
        long full = pair.now + 10 * SECONDS;
        while (pair.now - full < 0) {
            pair.server.connection.send(down, pair.now);
            pair.flush();
            assertThat(pair.step()).isTrue();
        }

        pair.runUntil(() -> {
            pair.client.connection.send(up, pair.now);
            pair.server.connection.send(down, pair.now);
            pair.flush();
            return pair.server.received.length() == 4 << 20;
        }, 20 * SECONDS);
    }

    @Test
    void shouldAcknowledgeWithinTheWindowWhileAProbeIsOut() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000);
        c.timeout();
        c.expect(". 1:2(1) ack 1");

        c.inject("P. 1:6(5) ack 1 win 0");
        c.receive();
        c.advance(50 * MILLIS);

        c.expect(". 1:1(0) ack 6");
    }

    @Test
    void shouldSendASmallTailAgainWhenTheWindowOpens() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(5).expectNothing();
        for (int probe = 0; probe < 2; probe++) {
            c.timeout();
            c.expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0");
        }

        c.inject(". 1:1(0) ack 1 win 60000");

        c.expect("P. 1:6(5) ack 1");
    }

    @Test
    void shouldLeaveNoHoleBehindARefusedProbe() {
        Conversation c = Conversation.established();
        c.inject(". 1:1(0) ack 1 win 0").send(3000).expectNothing();
        c.timeout();
        c.expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0").expectNothing();

        c.inject(". 1:1(0) ack 1 win 60000");

        c.expect(". 1:1001(1000) ack 1").expect(". 1001:2001(1000) ack 1").expect("P. 2001:3001(1000) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-34")
    @Attack(18)
    void shouldSendAgainAtOnceWhatAClosedWindowRefused() {
        Conversation c = Conversation.established();
        c.send(5000);
        for (int i = 0; i < 5; i++) {
            c.expect((i == 4 ? "P" : "") + ". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
        }
        c.inject(". 1:1(0) ack 1 win 0");
        c.timeout();
        c.expect(". 1:2(1) ack 1");

        c.inject(". 1:1(0) ack 2 win 60000");

        c.expect(". 2:1002(1000) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-37", "SHLD-17"})
    void shouldOutliveAStallLongerThanR2() {
        Conversation c = Conversation.established();
        c.send(71).expect("P. 1:72(71) ack 1");
        c.inject(". 1:1(0) ack 1 win 0");
        for (int i = 0; i < 30; i++) {
            c.timeout();
            c.expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0").expectNothing();
        }

        c.inject(". 1:1(0) ack 1 win 60000").expect("P. 1:72(71) ack 1");
        c.advance(10 * MILLIS).expectNoEvent();
        c.inject(". 1:1(0) ack 72 win 60000").expectNoEvent();
    }

    @Test
    void shouldHearTheAckOfAPeerThatHasFilledTheWindowBehindAGap() {
        Conversation c = Conversation.established();
        c.send(1000).expect("P. 1:1001(1000) ack 1");
        for (int i = 1; i < 10; i++) {
            c.inject(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1 win 60000");
        }

        c.inject(". 10001:10001(0) ack 1001 win 60000");

        assertThat(c.connection.info(c.now).unacknowledged()).isZero();
    }

    @Test
    void shouldNotBeOverrunByRounding() {
        Conversation c = Conversation.synSent(TcpConfig.defaults());
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,wscale 7,TS 1000 0,sackOK>");
        int seq = 1;
        for (int i = 0; i < 20_000; i++) {
            int window = c.connection.tcb().rcvWnd();
            int n = window > 300 ? Math.min(1000, window - 200) : Math.clamp(window - 1, 1, 100);
            c.inject(". " + seq + ":" + (seq + n) + "(" + n + ") ack 1 win 60000 <TS 1000 0>");
            c.advance(41 * MILLIS);
            seq = Seq.distance(Conversation.IRS, c.connection.rcvNxt());
        }

        assertThat(c.connection.receivable()).isLessThan(87_380 + 1000);
    }

    @Test
    void shouldNotWaitForASuperFrameThatTheWindowCannotHold() {
        Conversation c = new Conversation(Conversation.plain());
        c.connection = TcpConnection.connect(Conversation.TUPLE, Conversation.ISS, 0, new PathProperties(1000, 60_000),
                c.config, c.memory, c.now);
        c.flush().expect("S 0:0(0)");
        c.inject("S. 0:0(0) ack 1 win 3000 <mss 1000>").expect(". 1:1(0) ack 1");
        c.send(20_000).expect(". 1:3001(3000) ack 1");

        c.inject(". 1:1(0) ack 2001 win 3000");

        c.expect(". 3001:5001(2000) ack 1");
    }

    @Test
    void shouldGrowTheSendBufferOfJumboSegments() {
        TcpPair pair = new TcpPair(TcpConfig.defaults(), TcpConfig.defaults(), new PathProperties(8960, 8960));
        pair.establish();
        pair.link = new TcpPair.Link(0, 10 * MILLIS, 0);
        long start = pair.now;

        TcpTransferTest.transfer(pair, 8 << 20, 0);

        assertThat(pair.now - start).isLessThan(5 * SECONDS);
    }
}
