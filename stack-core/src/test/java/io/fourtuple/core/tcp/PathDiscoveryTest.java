package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.ISS;
import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.plain;
import static io.fourtuple.core.tcp.Conversation.withTimestamps;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig.PathDiscovery;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SourceRoute;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packets that are too big for their path ({@code IP_MTU_DISCOVER}), and what is believed while opening. */
class PathDiscoveryTest {
    private static final IcmpError TOO_BIG = new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, 640);

    private static Conversation established(PathDiscovery discovery) {
        return Conversation.established(plain().withTuning(plain().tuning().withPathDiscovery(discovery)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldBelieveRoutersWhereTheSocketDoes(PathDiscovery discovery) {
        Conversation c = established(discovery).send(1000).expect("P. 1:1001(1000) ack 1");

        c.connection.handleIcmp(TOO_BIG, ISS + 1, c.now);
        c.flush();

        boolean believes = discovery == PathDiscovery.WANT || discovery == PathDiscovery.DO;
        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(believes ? 600 : 1000);
        if (believes) {
            c.expect(". 1:601(600) ack 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNumberPacketsThatMayBeCut(PathDiscovery discovery) {
        Conversation c = established(discovery);
        c.connection.send(ByteBuffer.allocate(2000), c.now);
        OutboundSegment first = new OutboundSegment();
        OutboundSegment second = new OutboundSegment();
        assertThat(c.connection.pollTransmit(first, c.now)).isTrue();
        assertThat(c.connection.pollTransmit(second, c.now)).isTrue();

        if (discovery == PathDiscovery.DONT) {
            assertThat(first.identification).isBetween(0, 0xffff);
            assertThat(second.identification).isEqualTo(first.identification + 1 & 0xffff);
        } else {
            assertThat(first.identification).isEqualTo(Ipv4Header.WHOLE);
        }
    }

    @Test
    void shouldWriteAnIdentification() {
        ByteBuffer target = ByteBuffer.allocate(Ipv4Header.LENGTH);
        Ipv4Header.write(target, IpAddress.parse("10.77.0.1"), IpAddress.parse("10.77.0.2"),
                SourceRoute.NONE, 0, 6, 64, 0, 0xabcd);

        assertThat(target.getInt(4)).isEqualTo(0xabcd_0000); // and no flag
        assertThat(Ipv4Header.parse(target.array(), 0)).isNotNull(); // with a good checksum
    }

    @Test
    void shouldCountErrorsAboutWhatIsNotInFlight() {
        Conversation c = Conversation.established().send(100);
        c.connection.handleIcmp(TOO_BIG, ISS + 101, c.now);

        assertThat(c.counters.get(Counter.TCP_EXT_OUT_OF_WINDOW_ICMPS)).isOne();
        assertThat(c.connection.info(c.now).sendMss()).isEqualTo(1000);
    }

    @Test
    void shouldOpenWithASmallSynAtOnceWhenTheOneWithDataWasTooBig() {
        FastOpenCache cache = new FastOpenCache(4);
        Conversation c = new Conversation(plain());
        FastOpenRules rules = plain().fastOpen().withClient(true, true);
        c.connectFast(cache.attempt(Conversation.TUPLE.remote(), rules, c.now), 300).expect("S 0:300(300)");

        c.connection.handleIcmp(TOO_BIG, ISS, c.now);
        c.flush().expect("S 0:0(0)").expectNothing();
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000>").expect("P. 1:301(300) ack 1");

        Conversation plain = Conversation.synSent(plain());
        plain.connection.handleIcmp(TOO_BIG, ISS, plain.now);
        plain.flush().expectNothing(); // that one was small already
    }

    @Test
    void shouldResetASynAckThatEchoesNoTimestampOfOurs() {
        Conversation c = Conversation.synSent(withTimestamps());
        int sent = (int) (c.now / MILLIS);

        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,TS 7 " + (sent + 1) + ">").expect("R 1:1(0)");
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,TS 7 " + (sent - 1) + ">").expect("R 1:1(0)");
        assertThat(c.counters.get(Counter.TCP_EXT_PAWS_ACTIVE)).isEqualTo(2);
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,TS 7 " + sent + ">").expect(". 1:1(0) ack 1");
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }
}
