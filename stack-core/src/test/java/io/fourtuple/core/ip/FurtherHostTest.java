package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.CONFIG;
import static io.fourtuple.core.ip.HostFixture.ETHERNET;
import static io.fourtuple.core.ip.HostFixture.OUR_MAC;
import static io.fourtuple.core.ip.HostFixture.PEER;
import static io.fourtuple.core.ip.HostFixture.PEER_MAC;
import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.TUPLE;
import static io.fourtuple.core.ip.HostFixture.TUPLE_V6;
import static io.fourtuple.core.ip.HostFixture.US;
import static io.fourtuple.core.ip.HostFixture.arp;
import static io.fourtuple.core.ip.HostFixture.arpReply;
import static io.fourtuple.core.ip.HostFixture.ip;
import static io.fourtuple.core.ip.HostFixture.neighborAdvertisement;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static io.fourtuple.core.ip.HostFixture.v4;
import static io.fourtuple.core.ip.HostFixture.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.Faults;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The hosts of two shards with a queue each: one finds out who is on the link, both send. */
class FurtherHostTest {
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:77");
    private static final int TCP = 6;

    private final ResolvedNeighbors resolved = new ResolvedNeighbors();
    private final FakeLink firstQueue = new FakeLink();
    private final FakeLink queue = new FakeLink();
    private final FakeLink relay = new FakeLink();
    private final Counters counters = new Counters();
    private final Addressing addressing = new Addressing(CONFIG, List.of(ETHERNET));
    private IpHost first = first(addressing);
    private final IpHost further = IpHost.further(
            addressing, List.of(Attachment.of(ETHERNET, queue, resolved)), relay, counters, new Random(2));
    private long now = Long.MAX_VALUE - 10 * SECOND;

    private IpHost first(Addressing of) {
        return IpHost.first(
                of, List.of(Attachment.of(ETHERNET, firstQueue, resolved)), new Counters(), new Random(1));
    }

    private void receive(byte[] frame) {
        first.receive(new Frame(frame), now);
    }

    /** Sends a segment of a further shard, and has the first one send what it is handed. */
    private void send(FourTuple tuple) {
        assertThat(further.transmit(further.pathTo(tuple.remote()), tuple, segment(3), now)).isTrue();
        while (!relay.sent.isEmpty()) {
            FakeLink.Sent packet = relay.sent.remove();
            TransmitOffload offload = new TransmitOffload();
            offload.checksum = packet.checksum();
            offload.checksumStart = packet.checksumStart();
            offload.checksumOffset = packet.checksumOffset();
            first.relay(new RelayedPacket(packet.bytes(), offload), now);
        }
    }

    private void expectSegment(FakeLink link, MacAddress to) {
        byte[] frame = link.sent.remove().bytes();
        assertThat(EthernetHeader.destination(frame)).isEqualTo(to);
        assertThat(EthernetHeader.source(frame)).isEqualTo(OUR_MAC);
        assertThat(ip(frame).isTcpChecksumValid(frame)).isTrue();
        assertThat(ip(frame).payloadLength()).isEqualTo(23);
    }

    private ArpPacket takeArp() {
        byte[] frame = firstQueue.sent.remove().bytes();
        assertThat(EthernetHeader.type(frame)).isEqualTo(EthernetHeader.TYPE_ARP);
        return (ArpPacket) ArpPacket.parse(frame, EthernetHeader.LENGTH);
    }

    private void stepToDeadline() {
        now = first.deadline();
        first.handleTimeout(now);
    }

    /** The peer has answered, and both hosts know it. */
    private void findPeer() {
        send(TUPLE);
        receive(arpReply());
        firstQueue.sent.clear();
    }

    @Test
    void shouldSendByItsOwnQueueAsSoonAsTheFirstHostHasFoundTheNeighbour() {
        send(TUPLE);
        assertThat(takeArp().targetIp()).isEqualTo(PEER);
        assertThat(queue.sent).isEmpty();

        receive(arpReply());
        expectSegment(firstQueue, PEER_MAC);
        send(TUPLE);
        expectSegment(queue, PEER_MAC);
        assertThat(firstQueue.sent).isEmpty();
        assertThat(counters.get(Counter.IP_OUT_REQUESTS)).isEqualTo(2);
        assertThat(counters.get(Counter.LINK_OUT_FRAMES)).as("the other is counted by the first").isEqualTo(1);
    }

    @Test
    void shouldDoTheSameInIpv6() {
        send(TUPLE_V6);
        firstQueue.sent.clear();
        receive(neighborAdvertisement(PEER_MAC, true, true));
        expectSegment(firstQueue, PEER_MAC);

        send(TUPLE_V6);
        expectSegment(queue, PEER_MAC);
    }

    @Test
    void shouldCountWhatItsQueueDoesNotTake() {
        findPeer();
        queue.full = true;

        assertThat(further.transmit(further.pathTo(PEER), TUPLE, segment(3), now)).isFalse();
        assertThat(counters.get(Counter.LINK_OUT_DROPS)).isEqualTo(1);
    }

    @Test
    void shouldLoseFramesAndForgetNeighboursWhenFaultsSaySo() {
        findPeer();
        further.setFaults(Faults.FORGET_NEIGHBOR::equals);
        send(TUPLE);
        expectSegment(firstQueue, PEER_MAC);
        further.setFaults(Faults.DROP_OUTGOING_FRAME::equals);
        assertThat(further.transmit(further.pathTo(PEER), TUPLE, segment(3), now)).isFalse();
        further.setFaults(point -> true); // not its own queue, and not the relay either
        assertThat(further.transmit(further.pathTo(PEER), TUPLE, segment(3), now)).isFalse();

        assertThat(counters.get(Counter.LINK_OUT_DROPS)).isEqualTo(2);
        assertThat(queue.sent).isEmpty();
        assertThat(relay.sent).isEmpty();
    }

    /** A frame says why it is sent, whichever way it takes. */
    @Test
    void shouldTellItsQueueWhyAFrameIsSent() {
        findPeer();
        send(TUPLE);

        assertThat(queue.sent.remove().why()).isEqualTo("ACK");
    }

    /** Somebody who asks us is not believed to hear us. */
    @Test
    void shouldLeaveToTheFirstHostWhoHasNotAnsweredYet() {
        receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));
        firstQueue.sent.clear();

        send(TUPLE);
        expectSegment(firstQueue, PEER_MAC);
        assertThat(takeArp().operation()).as("asked by the way").isEqualTo(ArpPacket.REQUEST);
    }

    @Test
    void shouldAskAgainForWhoeverTheFurtherHostUsesAndGoOnSendingMeanwhile() {
        findPeer();
        send(TUPLE);
        queue.sent.clear();
        stepToDeadline();

        assertThat(EthernetHeader.destination(firstQueue.sent.getFirst().bytes())).isEqualTo(PEER_MAC);
        takeArp();
        send(TUPLE);
        expectSegment(queue, PEER_MAC);
        receive(arpReply());
        send(TUPLE);
        expectSegment(queue, PEER_MAC);
    }

    @Test
    void shouldSendNoMoreToANeighbourThatDoesNotAnswerAnyMore() {
        findPeer();
        send(TUPLE);
        queue.sent.clear();
        for (int i = 0; i < 4; i++) { // three unicast requests, then one to everybody
            stepToDeadline();
        }
        firstQueue.sent.clear();

        send(TUPLE);
        assertThat(queue.sent).isEmpty();
        assertThat(firstQueue.sent).isEmpty();
        receive(arpReply());
        expectSegment(firstQueue, PEER_MAC);
    }

    @Test
    void shouldForgetANeighbourThatNobodyHasUsedWhenItIsOld() {
        findPeer();
        stepToDeadline();
        assertThat(firstQueue.sent).as("nobody asks").isEmpty();
        assertThat(resolved.size()).isZero();

        send(TUPLE);
        expectSegment(firstQueue, PEER_MAC);
        takeArp();
        receive(arpReply());
        send(TUPLE);
        expectSegment(queue, PEER_MAC);
    }

    @Test
    void shouldFollowANeighbourThatMoves() {
        findPeer();
        receive(arp(ArpPacket.REPLY, OTHER_MAC, PEER, OUR_MAC, US));

        send(TUPLE);
        expectSegment(queue, OTHER_MAC);
    }

    @Test
    void shouldAskWhenAStrangerSaysThatANeighbourHasMoved() {
        findPeer();
        receive(arp(ArpPacket.REQUEST, OTHER_MAC, PEER, MacAddress.BROADCAST, US));
        firstQueue.sent.clear();

        send(TUPLE);
        expectSegment(firstQueue, OTHER_MAC);
        assertThat(takeArp().operation()).isEqualTo(ArpPacket.REQUEST);
    }

    @Test
    void shouldKeepANeighbourInUseWhenAStrangerIsMany() {
        IpConfig.Neighbors all = CONFIG.neighbors();
        IpConfig small = CONFIG.withNeighbors(new IpConfig.Neighbors(
                2, all.queueLength(), all.queueBytes(), all.attempts(), all.retryInterval(), all.reachableTime()));
        first = first(new Addressing(small, List.of(ETHERNET)));
        findPeer();
        for (int i = 10; i < 20; i++) {
            send(TUPLE);
            receive(arp(ArpPacket.REQUEST, OTHER_MAC, IpAddress.parse("10.77.0." + i), MacAddress.BROADCAST, US));
        }

        assertThat(queue.sent).hasSize(10);
        assertThat(resolved.size()).isEqualTo(1);
    }

    @Test
    void shouldSendToTheOnlyOtherEndOfALayer3LinkAtOnce() {
        LinkProperties tun = new LinkProperties(LinkProperties.Medium.IP, MacAddress.NONE, 1500, false, 0);
        IpHost host = IpHost.further(new Addressing(CONFIG, List.of(tun)),
                List.of(Attachment.of(tun, queue, resolved)), relay, counters, new Random(1));

        assertThat(host.transmit(host.pathTo(PEER), TUPLE, segment(3), now)).isTrue();
        assertThat(queue.sent.remove().bytes()).hasSize(43);
        assertThat(relay.sent).isEmpty();
    }

    // ---- what it may receive ----

    private boolean isSegment(byte[] frame) {
        return further.isSegment(0, new Frame(frame));
    }

    private static byte[] fragment(int flagsAndOffset) {
        byte[] frame = v4(PEER, US, TCP, new byte[24]);
        Bytes.putUint16(frame, EthernetHeader.LENGTH + 6, flagsAndOffset);
        return frame;
    }

    @Test
    void shouldReceiveSegments() {
        assertThat(isSegment(tcp(TUPLE, segment(3)))).isTrue();
        assertThat(isSegment(tcp(TUPLE_V6, segment(3)))).isTrue();
        assertThat(isSegment(fragment(0x4000))).as("may not be cut, and is not").isTrue();
        Ingress ingress = further.receive(new Frame(tcp(TUPLE, segment(3))), now);
        assertThat(ingress.tuple()).isEqualTo(TUPLE);
    }

    @Test
    void shouldLeaveEverythingElseToTheFirstHost() {
        byte[] whole = tcp(TUPLE, segment(3));
        List<byte[]> others = List.of(
                arpReply(),
                fragment(0x2000),
                fragment(0x0001),
                v4(PEER, US, 1, new byte[24]),
                v6(TUPLE_V6.remote(), TUPLE_V6.local(), 58, 255, new byte[24]),
                v6(TUPLE_V6.remote(), TUPLE_V6.local(), 44, 64, new byte[24]),
                v6(TUPLE_V6.remote(), TUPLE_V6.local(), 0, 64, new byte[24]),
                Arrays.copyOf(whole, EthernetHeader.LENGTH + 19),
                Arrays.copyOf(whole, 13),
                new byte[0]);

        assertThat(others).noneMatch(this::isSegment);
    }
}
