package io.fourtuple.packetdrill.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.packetdrill.script.Event.CallAction;
import io.fourtuple.packetdrill.script.Event.CodeAction;
import io.fourtuple.packetdrill.script.Event.CommandAction;
import io.fourtuple.packetdrill.script.Event.Direction;
import io.fourtuple.packetdrill.script.Event.PacketAction;
import io.fourtuple.packetdrill.script.PacketSpec.Icmp;
import io.fourtuple.packetdrill.script.PacketSpec.IpSpec;
import io.fourtuple.packetdrill.script.PacketSpec.SequenceSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.TcpOptionSpec.Block;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptParserTest {
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int PSH = 8;
    private static final int ACK = 16;

    private static Script parse(String text) {
        return ScriptParser.parse("test.pkt", text, Set.of("STANDARD"));
    }

    private static Event event(String line) {
        Script script = parse(line);
        assertThat(script.events()).hasSize(1);
        return script.events().getFirst();
    }

    private static Tcp tcp(String packet) {
        return (Tcp) ((PacketAction) event("+0 " + packet).action()).packet();
    }

    private static SystemCall call(String line) {
        return ((CallAction) event(line).action()).call();
    }

    @Test
    void shouldReadOptionsCommandsAndEvents() {
        Script script = parse("""
                // a comment
                --ip_version=ipv6
                --tolerance_usecs=10000 /* another
                one */ --strict_segments
                `first command`
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +.1 `sysctl -w a.b=1`
                +0 %{ assert tcpi_state == 1 }%
                `last
                 command`
                """);

        assertThat(script.option("ip_version")).contains("ipv6");
        assertThat(script.option("strict_segments")).contains("");
        assertThat(script.option("mtu")).isEmpty();
        assertThat(script.initCommand()).contains("first command");
        assertThat(script.cleanupCommand()).contains("last\n command");
        assertThat(script.events()).extracting(Event::line).containsExactly(6, 7, 8);
        assertThat(script.events().get(1).action()).isEqualTo(new CommandAction("sysctl -w a.b=1"));
        assertThat(script.events().get(2).action()).isEqualTo(new CodeAction(" assert tcpi_state == 1 "));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1.5,1500000000", "0.000001,1000", ".25,250000000"})
    void shouldReadAbsoluteTimes(String time, long nanos) {
        assertThat(event(time + " close(3) = 0").when()).isEqualTo(new EventTime.Absolute(nanos));
    }

    @Test
    void shouldReadEveryKindOfTime() {
        assertThat(event("+.1 close(3) = 0").when()).isEqualTo(new EventTime.Relative(100_000_000));
        assertThat(event("+ 0.1 close(3) = 0").when()).isEqualTo(new EventTime.Relative(100_000_000));
        assertThat(event("* > . 1:1(0) ack 1").when()).isEqualTo(new EventTime.Any());
        assertThat(event("1~1.2 > . 1:1(0) ack 1").when())
                .isEqualTo(new EventTime.AbsoluteRange(1_000_000_000, 1_200_000_000));
        assertThat(event("+.1~+.2 > . 1:1(0) ack 1").when())
                .isEqualTo(new EventTime.RelativeRange(100_000_000, 200_000_000));
    }

    @Test
    void shouldReadPackets() {
        assertThat(tcp("< S 0:0(0) win 32792 <mss 1460,sackOK,eol,eol>")).isEqualTo(new Tcp(
                IpSpec.ANY, Optional.empty(), SYN, false, new SequenceSpec(0, 0, false, false), 0,
                OptionalInt.of(32792), 0, Optional.of(List.of(new TcpOptionSpec.Mss(1460),
                        new TcpOptionSpec.SackPermitted(), new TcpOptionSpec.Eol(), new TcpOptionSpec.Eol()))));
        assertThat(tcp("> P. 1:11(10) ack 1").flags()).isEqualTo(PSH | ACK);
        assertThat(tcp("> P. 1:11(10) ack 1").window()).isEmpty();
        assertThat(tcp("> FP. 1:11(10) ack 7 win 5 urg 3").urgentPointer()).isEqualTo(3);
        assertThat(tcp("> F . 1:1(0) ack 7").flags()).isEqualTo(FIN | ACK);
        assertThat(tcp("< - 1:1(0) win 5").flags()).isZero();
        assertThat(tcp("> SEW 0:0(0)").flags()).isEqualTo(SYN | 0x40 | 0x80);
        assertThat(tcp("> .5 1:1(0) ack 1").flags()).isEqualTo(ACK | 5 << 6);
        assertThat(tcp("> .5 1:1(0) ack 1").aceGiven()).isTrue();
        assertThat(tcp("> R. 7:7(0)! ack 1").sequence()).isEqualTo(new SequenceSpec(7, 0, true, false));
        assertThat(tcp("> S. ...(0) ack 1 <...>").sequence().any()).isTrue();
        assertThat(tcp("> S. ...(0) ack 1 <...>").options()).isEmpty();
        assertThat(tcp("< 1000 > 2000 . 1:1(0) ack 1").ports()).contains(new PacketSpec.Ports(1000, 2000));
        assertThat(tcp("< . 4294967295:4(5) ack 4294967295").acknowledgment()).isEqualTo(4294967295L);
    }

    @Test
    void shouldReadOptionsOfTcp() {
        assertThat(tcp("> S 0:0(0) <nop,wscale 6,TS val 100 ecr 0,FO 01ab,FO,FOEXP abcd,gen-99 00>").options())
                .contains(List.of(new TcpOptionSpec.Nop(), new TcpOptionSpec.WindowScale(6),
                        new TcpOptionSpec.Timestamps(100, false, 0, false), new TcpOptionSpec.FastOpen("01ab", false),
                        new TcpOptionSpec.FastOpen("", false), new TcpOptionSpec.FastOpen("abcd", true),
                        new TcpOptionSpec.Generic(99, "00")));
        assertThat(tcp("> . 1:1(0) ack 1 <nop,nop,sack 1:2 5:9>").options()).contains(List.of(
                new TcpOptionSpec.Nop(), new TcpOptionSpec.Nop(),
                new TcpOptionSpec.Sack(List.of(new Block(1, 2), new Block(5, 9)))));
        assertThat(tcp("> . 1:1(0) ack 1 <TS val ... ecr 7!>").options())
                .contains(List.of(new TcpOptionSpec.Timestamps(0, true, 7, true)));
        assertThat(tcp("< A. 1:1(0) ack 1 <ECN e0b 1 ceb 16777215,nop,ECN e1b 3,ECN>").options())
                .contains(List.of(new TcpOptionSpec.AccurateEcn(false, List.of(1L, 0xff_ffffL)),
                        new TcpOptionSpec.Nop(), new TcpOptionSpec.AccurateEcn(true, List.of(3L)),
                        new TcpOptionSpec.AccurateEcn(true, List.of())));
        assertThat(tcp("< . 1:1(0) ack 1 <01010402>").options()).contains(List.of(new TcpOptionSpec.Raw("01010402")));
    }

    @Test
    void shouldReadMarksOfIp() {
        assertThat(tcp("> (tos 0x20) . 1:1(0) ack 1").ip().trafficClass()).hasValue(0x20);
        assertThat(tcp("> (hlim 4, class 0x3) . 1:1(0) ack 1").ip().ttl()).hasValue(4);
        assertThat(tcp(">[ect0] P. 1:11(10) ack 1").ip().ecn()).hasValue(2);
        assertThat(tcp("> [ect01] P. 1:11(10) ack 1").ip().ecn()).hasValue(IpSpec.ECT01);
        assertThat(tcp("> (dscp af21, ecn ce) . 1:1(0) ack 1").ip())
                .isEqualTo(new IpSpec(OptionalInt.empty(), OptionalInt.of(18), OptionalInt.of(3), OptionalInt.empty()));
    }

    @Test
    void shouldReadIcmp() {
        PacketAction action =
                (PacketAction) event("+0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]").action();

        assertThat(action.direction()).isEqualTo(Direction.INBOUND);
        assertThat(action.packet()).isEqualTo(new Icmp(IpSpec.ANY, "unreachable", Optional.of("frag_needed"),
                OptionalInt.of(1200), Optional.of(new SequenceSpec(1, 1460, false, false))));
    }

    @Test
    void shouldReadCalls() {
        SystemCall open = call("+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = -1 EBADF (Bad file (descriptor)");
        assertThat(open.name()).isEqualTo("fcntl");
        assertThat(open.arguments().get(2)).isEqualTo(new Expression.Or(
                List.of(new Expression.Word("O_RDWR"), new Expression.Word("O_NONBLOCK"))));
        assertThat(open.result()).isEqualTo(new Expression.Int(-1));
        assertThat(open.error()).contains("EBADF");
        assertThat(open.endNanos()).isEmpty();
        assertThat(call("0...0.2 read(3, ..., 10) = 0x0a").endNanos()).isEqualTo(OptionalLong.of(200_000_000));
        assertThat(call("0 ... .2 read(3, ..., 10) = 0x0a").result()).isEqualTo(new Expression.Int(10));
        assertThat(call("0 setsockopt(3, SOL_TCP, TCP_FASTOPEN_KEY, \"\\x01a\" \"b\", 4) = 0").arguments().get(3))
                .isEqualTo(new Expression.Text("\u0001ab", false));
    }

    @Test
    void shouldReadStructs() {
        SystemCall poll = call("0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, -1) = 1");
        Expression.Struct entry =
                (Expression.Struct) ((Expression.Array) poll.arguments().getFirst()).items().getFirst();
        assertThat(entry.field("fd")).contains(new Expression.Int(4));
        assertThat(entry.field("none")).isEmpty();

        SystemCall message = call("0 sendmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=0}, 0) = 10");
        assertThat(((Expression.Struct) message.arguments().get(1)).field("msg_iov")).isPresent();
    }

    @Test
    void shouldChooseByConditionAndReplaceWhatIsDefined() {
        Script script = parse("""
                --define=COOKIE=0102abcd
                #ifdef STANDARD
                0 < S 0:0(0) win 1 <FO COOKIE>
                #endif
                #ifdef FreeBSD
                this is not even read
                #else
                +0 close(3) = 0
                #endif
                """);

        assertThat(script.events()).hasSize(2);
        assertThat(script.events().getFirst().action()).isInstanceOfSatisfying(PacketAction.class, action ->
                assertThat(((Tcp) action.packet()).options()).contains(List.of(
                        new TcpOptionSpec.FastOpen("0102abcd", false))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "+0 > . 1:3(1) ack 1                | test.pkt:1: from 1 to 3 are not 1 octets",
        "+0 > X. 1:1(0)                     | test.pkt:1: flags were expected, not 'X'",
        "+0 < . 1:1(0) ack 1 <...>          | test.pkt:1: only a packet that is expected can have any options",
        "* close(3) = 0                     | test.pkt:1: only a packet that is expected can have a range of times or"
                + " any time",
        "+.2~+.1 > . 1:1(0)                 | test.pkt:1: the range of times ends before it begins",
        "+0 close(3 = 0                     | test.pkt:1: ')' was expected, not '='",
        "+0 > . 1:1(0) ack 1 <mss 65536>    | test.pkt:1: mss must be 0 to 65535, is 65536",
        "+0 > . 1:1(0) ack 1 <what 3>       | test.pkt:1: no TCP option: 'what'",
        "--mtu=1500                         | test.pkt:1: an event was expected, not the end of the script",
        "+0 `what                           | test.pkt:1: command in back quotes without an end",
        "#ifdef A                           | test.pkt:1: #ifdef without #endif"
    })
    void shouldSayWhatIsWrongWhere(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(ScriptException.class).hasMessage(message);
    }

    @Test
    void shouldBeToldWhatNamesStandFor() {
        Script script = ScriptParser.parse("test", "0 < S 0:0(0) win 1 <FO COOKIE>", Set.of("COOKIE=0102"));

        assertThat(script.events().getFirst().action()).isInstanceOfSatisfying(PacketAction.class, action ->
                assertThat(((Tcp) action.packet()).options()).contains(List.of(
                        new TcpOptionSpec.FastOpen("0102", false))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+0 > udp (100)", "+0 < sctp: INIT[]", "+0 > . 1:1(0) <md5 00>", "+0 < icmp echo id 3",
        "+0 < S 0:0(0) win 1 <FO TFO_COOKIE>"})
    void shouldNameWhatIsMissing(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(UnsupportedFeatureException.class);
    }
}
