package io.fourtuple.api.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.IpAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SsFormatTest {
    private static final IpAddress SERVER = IpAddress.parse("10.77.0.2");
    private static final IpAddress CLIENT = IpAddress.parse("10.77.0.1");

    private static SocketRow listening(IpAddress local, int port, int waiting, int bound) {
        return new SocketRow(SocketRow.LISTEN, waiting, bound, local, port,
                local.isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0, 3, 7, Optional.empty());
    }

    private static SocketRow connected(String state, int remotePort, long received, long sent, TcpInfo info) {
        return new SocketRow(
                state, received, sent, SERVER, 7, CLIENT, remotePort, 0, 0, Optional.ofNullable(info));
    }

    /** A connection in the middle of a transfer. */
    private static TcpInfo busy() {
        return new TcpInfo(TcpState.ESTABLISHED, 7, 10, true, true, true, true, false, 204_000_000, 5_535_000,
                11_011_900, 32_000, 1448, 536, 1460, 14_480, 7240, 28_672, 2896, 2897, 100, 0, 3000, 87380, 16384,
                65535, 134_518, 1448, 100_001, 99, 12, 9, 1, 0, 772_000_000, 784_900_000, 736_000_000, "cubic",
                new TcpInfo.Path(TcpInfo.State.RECOVERY, 1460, 1448, 1448, 2896, 7240, 2, 1, 144_800, 1_250_000, true,
                        0),
                new TcpInfo.Account(40_000_000, 70_000, 87_380, 40_000_000, 0, 8, 10, 6, 200_000_000, 50_000_000,
                        1_000_000, 2, 1, 300_000_000, 0));
    }

    /** A connection on which nothing has happened yet. */
    private static TcpInfo fresh() {
        return new TcpInfo(TcpState.ESTABLISHED, -1, -1, false, false, false, false, false, 1_000_000_000, 0, 0, 0, 536,
                0, 1460, 5360, Long.MAX_VALUE, 0, 0, 0, 0, 0, 0, 87380, 16384, 65535, 0, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0, "reno", new TcpInfo.Path(TcpInfo.State.OPEN, 1460, 0, 0, 0, 1608, 0, 0, 0, 0, false, 0),
                new TcpInfo.Account(0, 0, 87_380, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldAlignTheColumnsLikeSs() {
        String text = SsFormat.format(List.of(
                connected("ESTAB", 54438, 100_000, 0, null),
                connected("TIME-WAIT", 2, 0, 0, null),
                listening(IpAddress.ANY_V4, 7, 1, 5)));

        assertThat(text).isEqualTo("""
                State     Recv-Q Send-Q Local Address:Port Peer Address:Port
                LISTEN    1      5            0.0.0.0:7         0.0.0.0:*
                \t syn_queue:3/7
                ESTAB     100000 0          10.77.0.2:7       10.77.0.1:54438
                TIME-WAIT 0      0          10.77.0.2:7       10.77.0.1:2
                """);
    }

    @Test
    void shouldShowThatAListenerHasBothFamilies() {
        assertThat(SsFormat.format(List.of(listening(IpAddress.ANY_V6, 7, 0, 100))))
                .contains("*:7").contains("*:*");
        assertThat(SsFormat.format(List.of(listening(IpAddress.parse("fd77::2"), 7, 0, 100))))
                .contains("[fd77::2]:7").contains("[::]:*");
    }

    @Test
    void shouldGiveTheDetailsOfABusyConnectionInTheOrderOfSs() {
        assertThat(SsFormat.details(busy())).isEqualTo("ts sack ecn ecnseen cubic wscale:7,10 rto:204 rtt:5.535/11.011 "
                + "ato:40 mss:1448 rcvmss:536 advmss:1460 cwnd:10 ssthresh:5 bytes_sent:134518 bytes_retrans:1448 "
                + "bytes_acked:100001 bytes_received:99 segs_out:12 segs_in:9 data_segs_out:10 data_segs_in:8 "
                + "send 20928636bps lastsnd:772 lastrcv:784 lastack:736 delivery_rate 10000000bps delivered:100 "
                + "app_limited busy:200ms rwnd_limited:50ms(25.0%) sndbuf_limited:1ms(0.5%) unacked:3 retrans:1/1 "
                + "lost:1 sacked:2 dsack_dups:1 reordering:5 reord_seen:2 rcv_rtt:40 rcv_space:70000 "
                + "rcv_ssthresh:87380 notsent:100 minrtt:0.032 rcv_ooopack:6 snd_wnd:28672 rcv_wnd:65535");
    }

    @Test
    void shouldLeaveOutWhatHasNothingToSay() {
        assertThat(SsFormat.details(fresh()))
                .isEqualTo("reno rto:1000 mss:536 advmss:1460 cwnd:10 rcv_ssthresh:87380 rcv_wnd:65535");
    }

    @Test
    void shouldShowOnlyTheHeaderWithoutSockets() {
        assertThat(SsFormat.format(List.of()))
                .isEqualTo("State Recv-Q Send-Q Local Address:Port Peer Address:Port\n");
    }
}
