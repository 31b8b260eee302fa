package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The size of segments (RFC 9293 §3.7.1). */
class SegmentSizeTest {
    private static final PathProperties PATH = new PathProperties(1460, 1460);
    private static final TcpConfig CONFIG = Conversation.plain();

    private final OutboundSegment out = new OutboundSegment();

    @Test
    @Rfc(number = 9293, rules = {"MUST-14", "SHLD-5", "MAY-3"})
    void shouldSayInBothSynsWhatItTakes() {
        TcpConnection active = TcpConnection.connect(Conversation.TUPLE, 1, 0, PATH, CONFIG,
                ShardMemory.unlimited(new Counters()), 0);
        assertThat(active.pollTransmit(out, 0)).isTrue();
        assertThat(out.mss).isEqualTo(1460);

        HalfOpen passive = HalfOpen.of(Conversation.TUPLE, Conversation.parse("S 0:0(0) win 60000"), 1, 0, PATH,
                CONFIG, 0);
        passive.fillSynAck(out, 0);
        assertThat(out.mss).isEqualTo(1460);
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-65")
    void shouldSayItInSynsAlone() {
        Conversation c = Conversation.established(Conversation.withSackAndTimestamps());
        c.connection.send(ByteBuffer.wrap(new byte[1500]), c.now);
        c.connection.shutdownOutput(c.now);

        int segments = 0;
        while (c.connection.pollTransmit(out, c.now)) {
            assertThat(out.mss).isEqualTo(-1);
            segments++;
        }
        assertThat(segments).isEqualTo(2);
        c.connection.handleSegment(Conversation.parse("P. 5:9(4) ack 1 win 60000 <TS 1001 0>"), c.now);
        assertThat(c.connection.pollTransmit(out, c.now)).isTrue();
        assertThat(out.mss).isEqualTo(-1);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-14", "MUST-16"})
    void shouldSendNoLargerSegmentsThanThePeerTakes() {
        Conversation c = Conversation.synSent(CONFIG);
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 600>").expect(". 1:1(0) ack 1");

        c.send(1300);

        c.expect(". 1:601(600) ack 1").expect(". 601:1201(600) ack 1").expect("P. 1201:1301(100) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-16")
    void shouldSendNoLargerSegmentsThanThePathCarries() {
        Conversation c = Conversation.synSent(CONFIG);
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 9000>").expect(". 1:1(0) ack 1");

        c.send(2000);

        c.expect(". 1:1001(1000) ack 1").expect("P. 1001:2001(1000) ack 1");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-16")
    void shouldMakeRoomForOptions() {
        Conversation c = Conversation.established(Conversation.withSackAndTimestamps());

        c.send(988).expect("P. 1:989(988) ack 1");
        c.inject(". 1:1(0) ack 989 win 60000 <TS 1000 0>");
        c.inject(". 5:9(4) ack 989 win 60000 <TS 1000 0>").forgetSent();
        c.send(2000);

        c.expect(". 989:1965(976) ack 1"); // timestamps 12, and 12 for a SACK block
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-15")
    void shouldAssumeTheDefaultOfEachVersionOfIp() {
        FourTuple v6 = new FourTuple(IpAddress.parse("fd77::2"), 7, IpAddress.parse("fd77::1"), 40_000);
        TcpConnection c = TcpConnection.connect(v6, Conversation.ISS, 0, PATH, CONFIG,
                ShardMemory.unlimited(new Counters()), 0);
        assertThat(c.pollTransmit(out, 0)).isTrue();

        c.handleSegment(Conversation.parse("S. 0:0(0) ack 1 win 60000"), 0);

        assertThat(c.info(0).sendMss()).isEqualTo(1220);
    }

    @Test
    @Attack(3)
    void shouldNotBeMadeToSendTinySegmentsByATinyMtuEither() {
        Conversation c = Conversation.established();
        c.sendSegments(3);

        c.connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 68), Conversation.ISS + 1, c.now);

        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(512);
    }
}
