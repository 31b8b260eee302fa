package io.fourtuple.nic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFrameTest {
    private static final int MTU = 1500;
    private static final int TCP_HEADER = 32;
    private static final int TCP = 6;

    @ParameterizedTest
    @ValueSource(strings = {"10.77.0.1", "fd77::1"})
    void shouldVouchForAChecksumThatIsLeftOut(String address) {
        IpAddress source = IpAddress.parse(address);

        assertThat(LocalFrame.of(frame(source, TCP, 100, true), MTU)).satisfies(frame -> {
            assertThat(frame.checksumVerified()).isTrue();
            assertThat(frame.gsoSize()).isZero();
        });
        assertThat(LocalFrame.of(frame(source, TCP, 100, false), MTU).checksumVerified()).isFalse();
    }

    @Test
    void shouldSayOfWhichSegmentsALongFrameIsMade() {
        assertThat(segment(frame(IpAddress.parse("10.77.0.1"), TCP, 20_000, true))).isEqualTo(1500 - 20 - 32);
        assertThat(segment(frame(IpAddress.parse("fd77::1"), TCP, 20_000, true))).isEqualTo(1500 - 40 - 32);
        assertThat(segment(frame(IpAddress.parse("10.77.0.1"), TCP, 1448, true))).isZero();
    }

    @Test
    void shouldLeaveAloneWhatIsNotTcp() {
        assertThat(LocalFrame.of(frame(IpAddress.parse("10.77.0.1"), 17, 100, true), MTU).checksumVerified()).isFalse();
        assertThat(LocalFrame.of(new byte[7], MTU).bytes()).hasSize(7);
        byte[] short4 = frame(IpAddress.parse("10.77.0.1"), TCP, 100, true);
        Bytes.putUint16(short4, 16, 24);
        assertThat(LocalFrame.of(short4, MTU).checksumVerified()).isFalse();
        byte[] arp = new byte[60];
        Bytes.putUint16(arp, 12, EthernetHeader.TYPE_ARP);
        assertThat(LocalFrame.of(arp, MTU)).isEqualTo(new Frame(arp));
    }

    private static int segment(byte[] frame) {
        return LocalFrame.of(frame, MTU).gsoSize();
    }

    private static byte[] frame(IpAddress source, int protocol, int payload, boolean leftOut) {
        boolean isV4 = source.isV4();
        int length = TCP_HEADER + payload;
        ByteBuffer out = ByteBuffer.allocate(14 + (isV4 ? 20 : 40) + length);
        EthernetHeader.write(out, MacAddress.BROADCAST, MacAddress.parse("02:00:00:00:77:01"),
                isV4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6);
        if (isV4) {
            Ipv4Header.write(out, source, IpAddress.parse("10.77.0.2"), length, protocol, 64, 0);
        } else {
            Ipv6Header.write(out, source, IpAddress.parse("fd77::2"), length, protocol, 64, 0, 0);
        }
        IpAddress destination = IpAddress.parse(isV4 ? "10.77.0.2" : "fd77::2");
        int tcp = out.position();
        out.put(tcp + 12, (byte) (TCP_HEADER << 2));
        int pseudo = Checksum.fold(Checksum.pseudoHeader(source, destination, TCP, length));
        out.putShort(tcp + 16, (short) (leftOut ? pseudo : pseudo + 1));
        return out.array();
    }
}
