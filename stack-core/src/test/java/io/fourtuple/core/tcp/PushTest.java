package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.plain;
import static io.fourtuple.core.tcp.Conversation.withTimestamps;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** When what was written goes, and with what. */
class PushTest {
    private static Conversation write(Conversation c, int octets, boolean more) {
        assertThat(c.connection.send(ByteBuffer.allocate(octets), more, c.now)).isEqualTo(octets);
        return c.flush();
    }

    @Test
    void shouldWaitForWhatFollowsAndPushOnlyAtTheEnd() {
        Conversation c = Conversation.established();

        write(c, 10, true).expectNothing();
        write(c, 20, false).expect("P. 1:31(30) ack 1");

        c.inject(". 1:1(0) ack 31 win 60000");
        write(c, 1000, true).expect(". 31:1031(1000) ack 1"); // a full segment does not wait
    }

    @Test
    void shouldLetGoWithAPushWhatNothingHasFollowed() {
        Conversation c = Conversation.established();

        write(c, 10, true).advance(199 * MILLIS).expectNothing();
        c.advance(2 * MILLIS).expect("P. 1:11(10) ack 1");

        c.advance(100 * MILLIS).expectNothing(); // the timer that ran before it was sent is not that of the data
    }

    @Test
    void shouldLetGoWhatWaitsForMoreWithTheNextAcknowledgment() {
        Conversation c = Conversation.established();
        write(c, 1010, true).expect(". 1:1001(1000) ack 1").expectNothing();

        c.inject(". 1:1(0) ack 1001 win 60000").expect(". 1001:1011(10) ack 1");
    }

    @Test
    void shouldLetGoOnceWhatIsCorked() {
        Conversation c = Conversation.established();
        c.connection.cork(true);
        c.send(10).expectNothing();

        c.connection.push();
        c.flush().expect("P. 1:11(10) ack 1");

        c.inject(". 1:1(0) ack 11 win 60000").send(10).expectNothing();
    }

    @Test
    void shouldSendTheLastAcknowledgmentOfTheHandshakeWithAWriteThatWaits() {
        Conversation c = Conversation.synSent(plain());
        c.connection.expectWrite();
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expectNothing().expectEvent(TcpEvent.ESTABLISHED);
        c.send(10).expect("P. 1:11(10) ack 1");
        c.inject("P. 1:11(10) ack 11 win 60000").expectNothing(); // goes on as it began

        Conversation late = Conversation.synSent(plain());
        late.connection.expectWrite();
        late.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expectNothing();
        late.advance(40 * MILLIS).expect(". 1:1(0) ack 1");
    }

    @Test
    void shouldEchoNoTimestampOfASegmentThatCannotBeTrue() { // its acknowledgment is of what was never sent
        Conversation c = Conversation.established(withTimestamps());

        c.inject(". 1:1(0) ack 9999 win 60000 <TS 200000 0>").forgetSent();
        c.inject("P. 1:11(10) ack 1 win 60000 <TS 1001 0>").advance(50 * MILLIS);

        OutboundSegment next = new OutboundSegment();
        c.connection.acknowledgeQuickly(true);
        c.connection.tcb().ackNow = true;
        assertThat(c.connection.pollTransmit(next, c.now)).isTrue();
        assertThat(next.tsEcr).isEqualTo(1001);
    }

    @Test
    void shouldGrowDuringSlowStartWhereMoreThanHalfOfTheWindowIsUsed() { // RFC 7661 §4.2
        Conversation c = Conversation.established();
        c.send(5000).inject(". 1:1(0) ack 5001 win 60000");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(10_000);

        c.send(6000).inject(". 1:1(0) ack 7001 win 60000");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(12_000);
        c.inject(". 1:1(0) ack 9001 win 60000");
        assertThat(c.connection.info(c.now).cwnd()).isEqualTo(12_000); // twice what was used
    }
}
