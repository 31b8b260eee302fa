package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpFlags;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer whose packets come by an IPv4 source route. Its only hop, out and back, is the peer itself. */
class SourceRouteTest {
    @Test
    @Rfc(number = 9293, rules = "MUST-53")
    void shouldSendEverythingBackByTheWayThatThePeerHasCome() {
        try (RawLab lab = new RawLab(5, config -> config.withIp(config.ip().withAcceptSourceRoutes(true)))) {
            lab.peer.sendBySourceRoute();
            lab.peer.syn(1);
            lab.peer.expectSynAck(1);
            lab.peer.syn(1); // again: the half-open connection answers
            lab.peer.expectSynAck(1);
            lab.peer.data(1, "hello");
            lab.peer.expect(1, TcpFlags.ACK);

            assertThat(lab.peer.takeRouted()).containsExactly(true, true, true);
        }
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-53")
    void shouldSendNothingByTheWayOfAPeerUnlessToldTo() {
        try (RawLab lab = new RawLab(5, config -> config)) {
            lab.peer.sendBySourceRoute();
            lab.peer.syn(1);
            lab.peer.expectSynAck(1);

            assertThat(lab.peer.takeRouted()).containsExactly(false);
        }
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-52")
    void shouldPreferTheWayThatTheApplicationHasGiven() {
        SourceRoute told = new SourceRoute(true, List.of(IpAddress.parse("10.77.0.1"), IpAddress.parse("10.77.0.1")));
        try (RawLab lab = new RawLab(5, config -> config
                .withIp(config.ip().withAcceptSourceRoutes(true))
                .withTcp(config.tcp().withTuning(config.tcp().tuning().withSourceRoute(told))))) {
            lab.peer.sendBySourceRoute();
            lab.peer.syn(1);
            lab.peer.expectSynAck(1);

            assertThat(lab.peer.lastOptions()).isEqualTo("01890b04" + "0a4d0001" + "0a4d0001");
        }
    }
}
