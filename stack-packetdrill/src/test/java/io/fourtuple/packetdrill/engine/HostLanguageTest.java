package io.fourtuple.packetdrill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.packetdrill.script.ScriptParser;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What scripts say besides packets and plain calls: control messages, pointers, commands. */
class HostLanguageTest {
    private static final String SERVER = """
            0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0   bind(3, ..., ...) = 0
            +0   listen(3, 1) = 0
            +0   < S  0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
            +0   > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7>
            +.1  < .  1:1(0) ack 1 win 257
            +0   accept(3, ..., ...) = 4
            """;

    private final Laboratory laboratory = new Laboratory();

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Outcome run(String text) {
        return new ScriptRun(
                laboratory, ScriptParser.parse("test", text, Set.of()), HostProfile.LINUX, false).run();
    }

    private void pass(String text) {
        assertThat(run(text)).isEqualTo(new Outcome.Passed());
    }

    private void fail(String text, String why) {
        assertThat(run(text)).isInstanceOfSatisfying(Outcome.Failed.class,
                failed -> assertThat(failed.message()).contains(why));
    }

    private void skip(String text, String why) {
        assertThat(run(text)).isInstanceOfSatisfying(Outcome.Skipped.class,
                skipped -> assertThat(skipped.feature()).contains(why));
    }

    @Test
    void shouldCompareControlMessages() {
        String told = SERVER + """
                +0   setsockopt(4, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = 0
                +0   send(4, ..., 1000, MSG_ZEROCOPY) = 1000
                +0   > P. 1:1001(1000) ack 1
                +.1  < .  1:1(0) ack 1001 win 257
                +0   recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=MSG_ERRQUEUE,
                         msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0,
                             ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_type=0, ee_code=SO_EE_CODE_ZEROCOPY_COPIED,
                             ee_info=0, ee_data=0}}]}, MSG_ERRQUEUE) = 0
                """;
        pass(told);
        fail(told.replace("ee_data=0", "ee_data=1"), "ee_data 1 was expected, not 0");
        fail(told.replace("ee_origin=SO_EE_ORIGIN_ZEROCOPY", "ee_origin=SO_EE_ORIGIN_TIMESTAMPING"), "ee_origin 4");
        fail(told.replace("msg_flags=MSG_ERRQUEUE", "msg_flags=0"), "msg_flags 0 was expected");
        fail(told.replace("cmsg_type=IP_RECVERR", "cmsg_type=IPV6_RECVERR"), "cmsg_type");
        fail(told.replaceAll("(?s)msg_control=\\[.*\\]\\}", "msg_control=[]}"), "0 control messages");
    }

    @Test
    void shouldCompareTimeStamps() {
        String stamped = SERVER + """
                +0   setsockopt(4, SOL_SOCKET, SO_TIMESTAMPING,
                         [SOF_TIMESTAMPING_TX_ACK|SOF_TIMESTAMPING_SOFTWARE], 4) = 0
                +0   write(4, ..., 1000) = 1000
                +0   > P. 1:1001(1000) ack 1
                +.1  < .  1:1(0) ack 1001 win 257
                +.2  recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=MSG_ERRQUEUE|MSG_TRUNC,
                         msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING,
                             cmsg_data={scm_sec=0,scm_nsec=200000000}}, {cmsg_level=SOL_IP, cmsg_type=IP_RECVERR,
                             cmsg_data={ee_errno=ENOMSG, ee_origin=SO_EE_ORIGIN_TIMESTAMPING, ee_type=0, ee_code=0,
                             ee_info=SCM_TSTAMP_ACK, ee_data=0}}]}, MSG_ERRQUEUE) = 0
                """;
        pass(stamped);
        fail(stamped.replace("scm_nsec=200000000", "scm_nsec=210000000"), "a time stamp of 210000000 ns was expected");
    }

    @Test
    void shouldHavePointersThatPointNowhere() {
        pass(SERVER + """
                +0   fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0   read(4, NULL, 100) = -1 EAGAIN (Resource temporarily unavailable)
                +0   write(4, NULL, 100) = -1 EFAULT (Bad address)
                +.1  < P. 1:11(10) ack 1 win 257
                +0   > .  1:1(0) ack 11
                +0   recv(4, NULL, 100, 0) = -1 EFAULT (Bad address)
                +0   read(4, ..., 100) = 10
                +0   shutdown(4, SHUT_WR) = 0
                +0   > F. 1:1(0) ack 11
                +0   send(4, NULL, 100, 0) = -1 EPIPE (Broken pipe)
                """);
    }

    @Test
    void shouldTakeTheOtherCommandWhenOneFails() {
        pass("0 `sysctl -q net.ipv4.tcp_no_such=1 &> /dev/null || sysctl -q net.ipv4.tcp_sack=0`\n" + SERVER
                .replace("mss 1460,nop,nop,sackOK,nop,wscale 7", "mss 1460,nop,wscale 7")
                .replaceFirst("^0  ", "+0 "));
        pass("0 `sysctl -q net.ipv4.tcp_sack=0 || sysctl -q net.ipv4.tcp_no_such=1`\n" + SERVER
                .replace("mss 1460,nop,nop,sackOK,nop,wscale 7", "mss 1460,nop,wscale 7")
                .replaceFirst("^0  ", "+0 "));
    }

    @Test
    void shouldLookAtCounters() {
        String looking = SERVER + """
                +0   `nstat > /dev/null`
                +0   < icmp unreachable port_unreachable [500:600(100)]
                +0   `nstat | grep TcpExtOutOfWindowIcmps > /dev/null`
                """;
        pass(looking);
        fail(looking + "+0 `nstat | grep TcpExtOutOfWindowIcmps`\n", "TcpExtOutOfWindowIcmps has counted nothing");
        fail(looking + "+0 `nstat | grep TcpExtNoSuch`\n", "there is no counter TcpExtNoSuch");
        skip(looking + "+0 `nstat | grep Tcp | wc -l`\n", "the command nstat");
    }

    @Test
    void shouldShowFramesAfterTheyAreCut() {
        String cut = "`ethtool -K tun0 gso off tso off`\n" + SERVER + """
                +0   write(4, ..., 2500) = 2500
                +0   > .  1:1001(1000) ack 1
                +0   > P. 1001:2001(1000) ack 1
                +0   > P. 2001:2501(500) ack 1
                """;
        pass(cut);
        fail(cut.replace(" .  1:1001", " P. 1:1001"), "flags"); // PSH is that of the last segment of a frame
    }

    @Test
    void shouldSendAFileThatACommandHasMade() {
        String sending = "`rm -f /tmp/f\n dd if=/dev/zero of=/tmp/f bs=10 count=3`\n" + SERVER + """
                +0   open("/tmp/f", O_RDONLY) = 5
                +0   sendfile(4, 5, [10], 100) = 20
                +0   > P. 1:21(20) ack 1
                +0   close(5) = 0
                """;
        pass(sending);
        skip(sending.replace("open(\"/tmp/f\"", "open(\"/tmp/g\""), "the file /tmp/g");
    }

    @Test
    void shouldEchoTimestampsThatWereNotSent() {
        String echoing = """
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0   connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
                +0   > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
                +.1  < S. 0:0(0) ack 1 win 32792 <mss 1000,TS val 7 ecr 999,sackOK,nop,wscale 7>
                +0   > R 1:1(0)
                +0   < S. 0:0(0) ack 1 win 32792 <mss 1000,TS val 7 ecr 110,sackOK,nop,wscale 7>
                +0   > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 7>
                """;
        pass("--tcp_ts_ecr_scaled\n" + echoing);
        fail(echoing, "no packet with TS val 999 was sent");
    }

    @Test
    void shouldTakeAnIcmpErrorAboutNoPacketForOneAboutTheSyn() {
        pass("""
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0   connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
                +0   > S 0:0(0) <...>
                +.1  < icmp unreachable port_unreachable
                +0   getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
                """);
    }
}
