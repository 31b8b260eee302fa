package io.fourtuple.packetdrill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.packetdrill.script.ScriptParser;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptRunTest {
    /** A connection that a peer opens, in which both sides send and close. Lines are counted from here. */
    private static final String SERVER = """
            0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0   setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
            +0   bind(3, ..., ...) = 0
            +0   listen(3, 1) = 0
            +0   < S  0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
            +0   > S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,sackOK,nop,wscale 7>
            +.1  < .  1:1(0) ack 1 win 257
            +0   accept(3, ..., ...) = 4
            +.1  < P. 1:11(10) ack 1 win 257
            +0   > .  1:1(0) ack 11
            +0   read(4, ..., 100) = 10
            +0   write(4, ..., 2500) = 2500
            +0   > P. 1:2501(2500) ack 11
            +.1  < .  11:11(0) ack 2501 win 257
            +0   close(4) = 0
            +0   > F. 2501:2501(0) ack 11
            +.1  < F. 11:11(0) ack 2502 win 257
            +0   > .  2502:2502(0) ack 12
            """;

    private Laboratory laboratory;

    @BeforeEach
    void open() {
        laboratory = new Laboratory();
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Outcome run(String text) {
        return run(text, false);
    }

    private Outcome run(String text, boolean strict) {
        return new ScriptRun(
                laboratory, ScriptParser.parse("test.pkt", text, Set.of()), HostProfile.LINUX, strict).run();
    }

    private Outcome.Failed fail(String text) {
        Outcome outcome = run(text);
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return (Outcome.Failed) outcome;
    }

    @Test
    void shouldPass() {
        assertThat(run(SERVER)).isEqualTo(new Outcome.Passed());
        assertThat(run("--ip_version=ipv6\n" + SERVER.replace("mss 1460", "mss 1440")))
                .isEqualTo(new Outcome.Passed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "> S. 0:0(0) ack 1 win 65535      | > S 0:0(0) ack 1 win 65535      | 6  | flags",
        "> S. 0:0(0) ack 1 win 65535      | > S. 0:0(0) ack 2 win 65535     | 6  | ack 2, not 1",
        "> S. 0:0(0) ack 1 win 65535      | > S. 0:0(0) ack 1 win 65534     | 6  | win 65534, not 65535",
        "<mss 1460,nop,nop,sackOK         | <mss 1461,nop,nop,sackOK        | 6  | options <mss 1461",
        "<mss 1460,nop,nop,sackOK         | <mss 1460,sackOK,nop,nop        | 6  | options <mss 1460,sackOK",
        "+0   > .  1:1(0) ack 11          | +0   > .  2:2(0) ack 11         | 10 | seq 2, not 1",
        "+0   > .  1:1(0) ack 11          | +.1  > .  1:1(0) ack 11         | 10 | it was sent at 0.200000 s",
        "+0   > .  1:1(0) ack 11          | +0   > P. 1:1(0) ack 11         | 10 | flags",
        "+0   > .  1:1(0) ack 11          | +0   > .  1:1(0) ack 11 <nop,nop,sack 1:2> | 10 | options",
        "+0   > .  1:1(0) ack 11          | +0   > [ect0] .  1:1(0) ack 11  | 10 | ecn 2, not 0",
        "+0   > .  1:1(0) ack 11          | +0   > (ttl 9) .  1:1(0) ack 11 | 10 | ttl 9, not 64",
        "> P. 1:2501(2500) ack 11         | > P. 1:2601(2600) ack 11        | 13 | length 2600, not 2500",
        "read(4, ..., 100) = 10           | read(4, ..., 100) = 11          | 11 | has to return 11, but returns 10",
        "read(4, ..., 100) = 10           | read(4, ..., 100) = -1 EAGAIN   | 11 | read has to return -1 EAGAIN",
        "close(4) = 0                     | close(5) = 0                    | 15 | no descriptor 5"
    })
    void shouldFailAtTheLineThatIsWrong(String right, String wrong, int line, String message) {
        assertThat(SERVER).contains(right);

        Outcome.Failed failed = fail(SERVER.replace(right, wrong));

        assertThat(failed.line()).isEqualTo(line);
        assertThat(failed.message()).contains(message);
    }

    @Test
    void shouldFailForAPacketThatNoLineExpects() {
        Outcome.Failed failed = fail(SERVER.replace("+0   > .  1:1(0) ack 11\n", ""));

        assertThat(failed.message()).contains("expected P. 1:2501(2500) ack 11, but sent was . 1:1(0) ack 11");
    }

    @Test
    void shouldFailForAPacketThatDoesNotCome() {
        Outcome.Failed failed = fail(SERVER.replace("+.1  < P. 1:11(10) ack 1 win 257\n", ""));

        assertThat(failed.message()).contains("but nothing was sent until");
    }

    @Test
    void shouldLookAtTheEndWhenStrict() {
        String cut = SERVER.replace("+0   > .  2502:2502(0) ack 12\n", "");

        assertThat(run(cut)).isEqualTo(new Outcome.Passed());
        assertThat(run(cut.replace("1:2501(2500)", "1:1001(1000)").replace("2500) = 2500", "1000) = 1000")
                .replace("2501", "1001").replace("2502", "1002"), true))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed ->
                        assertThat(failed.message()).contains("what no line expects: . 1002:1002(0) ack 12"));
    }

    @Test
    void shouldNotPutSegmentsTogetherWhenStrict() {
        assertThat(run("--strict_segments\n" + SERVER)).isInstanceOfSatisfying(Outcome.Failed.class, failed ->
                assertThat(failed.message()).contains("length 2500, not 1000"));
    }

    @Test
    void shouldWaitForWhatBlocks() {
        String waiting = """
                0      socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0...0.1 connect(3, ..., ...) = 0
                +0     > S 0:0(0) <...>
                +.1    < S. 0:0(0) ack 1 win 5840 <mss 1460>
                +0     > . 1:1(0) ack 1
                +0...0.3 read(3, ..., 100) = 10
                +.3    < P. 1:11(10) ack 1 win 5840
                +0     > . 1:1(0) ack 11
                """;

        assertThat(run(waiting)).isEqualTo(new Outcome.Passed());
        assertThat(fail(waiting.replace("0.3 read", "0.1 read")).message()).contains("has to return at 0.200000 s");
        assertThat(fail(waiting.replace("0.3 read", "0.5 read")).message()).contains("but does at 0.400000 s");
        assertThat(fail(waiting.replace("+0...0.3 read", "+0 read")).message()).contains("read blocks");
    }

    @Test
    void shouldChangeWhatIsOpenWhenASettingChanges() {
        String late = SERVER.replace("+0   read(4", "+0   `sysctl -w net.ipv4.tcp_no_such=1`\n+0   read(4");
        assertThat(run(late)).isEqualTo(new Outcome.Skipped(11, "sysctl net.ipv4.tcp_no_such"));

        String changing = """
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK) = 0
                +0   `sysctl -w net.inet.tcp.icmp_may_rst=0`
                +0   connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
                +0   > S  0:0(0) <...>
                +.1  < icmp unreachable port_unreachable [0:0(0)]
                +0   getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
                +0   `sysctl -w net.inet.tcp.icmp_may_rst=1`
                +0   < icmp unreachable port_unreachable [0:0(0)]
                +0   getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
                """;
        assertThat(run(changing)).isEqualTo(new Outcome.Passed());
    }

    @Test
    void shouldUseANumberAgainForTheLatestDescriptor() {
        String twice = """
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   close(3) = 0
                +0   close(3) = 0
                """;
        assertThat(run(twice)).isEqualTo(new Outcome.Passed());
    }

    @Test
    void shouldHaveTheDefinitionsOfLinuxRunnerUnlessOthersAreGiven() {
        assertThat(HostProfile.LINUX.definitions(Set.of("A=1"))).contains("A=1", "TFO_COOKIE=3021b9d889017eeb");
        assertThat(HostProfile.LINUX.definitions(Set.of("TFO_COOKIE=00"))).contains("TFO_COOKIE=00")
                .doesNotContain("TFO_COOKIE=3021b9d889017eeb");
        assertThat(HostProfile.FREEBSD.definitions(Set.of("A"))).containsExactly("A");
    }

    @Test
    void shouldLetAWriteBlockUntilAllIsTaken() {
        String writing = """
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   setsockopt(3, SOL_SOCKET, SO_SNDBUF, [2000], 4) = 0
                +0...0.1 connect(3, ..., ...) = 0
                +0   > S 0:0(0) <...>
                +.1  < S. 0:0(0) ack 1 win 50000 <mss 1000>
                +0   > . 1:1(0) ack 1
                +0...0.1 write(3, ..., 6000) = 6000
                +0   > P. 1:4001(4000) ack 1
                +.1  < . 1:1(0) ack 4001 win 50000
                +0   > P. 4001:6001(2000) ack 1
                """;

        assertThat(run(writing)).isEqualTo(new Outcome.Passed());
        assertThat(fail(writing.replace("0.1 write", "0.5 write")).message()).contains("has to return at");
        assertThat(fail(writing.replace("+0...0.1 write", "+0 write")).message()).contains("write blocks");
        assertThat(run(writing.replace("+0...0.1 write(3, ..., 6000) = 6000",
                "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 write(3, ..., 6000) = 4000")
                .replace("+0   > P. 4001:6001(2000) ack 1\n", ""))).isEqualTo(new Outcome.Passed());
    }

    @Test
    void shouldTranslateTimestamps() {
        String stamped = """
                0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0   fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0   connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
                +0   > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
                +.1  < S. 0:0(0) ack 1 win 5840 <mss 1460,nop,nop,TS val 700 ecr 100>
                +0   > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 700>
                """;

        assertThat(run(stamped)).isEqualTo(new Outcome.Passed());
        assertThat(run("--tcp_ts_tick_usecs=1000\n" + stamped)).isEqualTo(new Outcome.Passed());
        assertThat(fail("--tcp_ts_tick_usecs=1000\n" + stamped.replace("val 200", "val 300")).message())
                .contains("TS val 300");
        assertThat(fail(stamped.replace("ecr 700", "ecr 701")).message()).contains("ecr 701");
        assertThat(fail(stamped.replace("700 ecr 100", "700 ecr 101")).message()).contains("TS val 101");
    }

    @Test
    void shouldSkipAndSayWhy() {
        assertThat(run("0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3")).isEqualTo(
                new Outcome.Skipped(1, "sockets of SOCK_DGRAM and IPPROTO_UDP"));
        assertThat(run("0 `sysctl -w a.b=1`\n+0 close(3) = 0"))
                .isEqualTo(new Outcome.Skipped(1, "sysctl a.b"));
        assertThat(run("--wire_client\n0 close(3) = 0")).isEqualTo(new Outcome.Skipped(2, "the option --wire_client"));
    }

    @Test
    void shouldSetTheStackUpAsCommandsSay() {
        String changed = "0 `sysctl -q net.ipv4.tcp_sack=0`\n" + SERVER.replaceFirst("0  ", "+0  ");

        assertThat(fail(changed).message()).contains("options <mss 1460,nop,nop,sackOK,nop,wscale 7>, not"
                + " <mss 1460,nop,wscale 7>");
        assertThat(run(changed.replace("nop,nop,sackOK,nop,wscale 7", "nop,wscale 7"))).isEqualTo(new Outcome.Passed());
    }

    @Test
    void shouldLookAtTheConnection() {
        String looking = SERVER + "+0 %{ assert tcpi_state == TCP_LISTEN }%\n";

        assertThat(run(looking)).isEqualTo(new Outcome.Passed());
        assertThat(fail(looking.replace("TCP_LISTEN", "TCP_CLOSE")).message()).contains("does not hold");
    }
}
