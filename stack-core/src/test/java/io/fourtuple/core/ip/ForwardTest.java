package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.FAR;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER_V6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** How a host sends packets that others have written, as a router does. */
class ForwardTest {
    private static final IpAddress STRANGER = IpAddress.parse("198.51.100.7");
    private static final int UDP = 17;

    private final HostFixture net = new HostFixture();

    private static RelayedPacket packet(byte[] frame) {
        byte[] packet = Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length);
        return new RelayedPacket(packet, new TransmitOffload());
    }

    private static RelayedPacket tcp(IpAddress source, IpAddress destination, int seq) {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.seq = seq;
        return packet(HostFixture.tcp(new FourTuple(destination, 80, source, 1234), segment));
    }

    @Test
    void shouldSendToTheNeighbourThatItIsTold() {
        RelayedPacket packet = tcp(STRANGER, FAR, 5);
        assertThat(net.host.forward(packet, PEER, net.now)).isTrue();
        assertThat(net.takeSent().why()).isEqualTo("neighbour request #1");
        net.receive(HostFixture.arpReply());
        net.host.forward(packet, PEER, net.now);

        for (int i = 0; i < 2; i++) {
            byte[] frame = net.takeSent().bytes();
            assertThat(EthernetHeader.destination(frame)).isEqualTo(PEER_MAC);
            assertThat(Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length)).isEqualTo(packet.packet());
        }
    }

    @Test
    void shouldSayWhichSegmentDidNotReachTheNeighbour() {
        net.host.forward(packet(HostFixture.v4(STRANGER, FAR, UDP, new byte[3])), PEER, net.now);
        net.host.forward(tcp(STRANGER, FAR, 5), PEER, net.now);
        net.host.forward(packet(HostFixture.v6(PEER_V6, PEER_V6, UDP, 64, new byte[1])), PEER_V6, net.now);
        while (net.host.deadline() != Deadline.NONE) {
            net.stepToDeadline();
        }

        assertThat(net.host.pollIngress(net.now)).isEqualTo(new Ingress.Icmp(new FourTuple(STRANGER, 1234, FAR, 80), 5,
                new IcmpError(IcmpError.Kind.NEIGHBOR_FAILED, 0)));
        assertThat(net.host.pollIngress(net.now)).isNull();
    }
}
