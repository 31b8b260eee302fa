package io.fourtuple.packetdrill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.packetdrill.script.ScriptParser;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a listening socket answers (RFC 9293 §3.10.7.2), as scripts. */
class ListeningSocketTest {
    private static final String LISTENS = """
            0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0   bind(3, ..., ...) = 0
            +0   listen(3, 1) = 0
            """;
    private static final String STILL_LISTENS = """
            +.1  < S  0:0(0) win 32767 <mss 1460>
            +0   > S. 0:0(0) ack 1 <mss 1460>
            """;

    private static void pass(HostProfile profile, String text) {
        try (Laboratory laboratory = new Laboratory()) {
            assertThat(new ScriptRun(laboratory, ScriptParser.parse("test", text, Set.of()), profile, true).run())
                    .isEqualTo(new Outcome.Passed());
        }
    }

    @Test
    void shouldBeSilentToWhatHasNoAckSynOrRst() {
        pass(HostProfile.LINUX, LISTENS + "+0 < F 17:20(3) win 32767\n+0 < - 17:20(3) win 32767\n" + STILL_LISTENS);
    }

    @Test
    void shouldResetAnAcknowledgment() {
        pass(HostProfile.LINUX, LISTENS + "+0 < . 17:17(0) ack 34 win 32767\n+0 > R 34:34(0)\n");
    }

    @Test
    void shouldResetASynAckUnlessItIsTheHostsTrait() {
        pass(HostProfile.LINUX, LISTENS + "+0 < S. 17:17(0) ack 34 win 32767\n+0 > R 34:34(0)\n");
        pass(HostProfile.FREEBSD, LISTENS + "+0 < S. 17:17(0) ack 34 win 32767\n" + STILL_LISTENS);
    }

    @Test
    void shouldOpenForASynWithFinWhereThatIsTheHostsTrait() {
        String synFin = "+0 < SF 0:0(0) win 32767 <mss 1460>\n";

        pass(HostProfile.LINUX, LISTENS + synFin + STILL_LISTENS);
        pass(HostProfile.FREEBSD, LISTENS + synFin + "+0 > S. 0:0(0) ack 1 <mss 1460>\n");
        pass(HostProfile.FREEBSD, "0 `sysctl net.inet.tcp.drop_synfin=1`\n" + LISTENS.replaceFirst("0 ", "+0 ")
                + synFin + STILL_LISTENS);
    }

    @Test
    void shouldSayNothingOfALargerWindowBeforeDataCome() {
        pass(HostProfile.LINUX, "0 `sysctl net.ipv4.tcp_rmem=\"4096 500000 6000000\"`\n"
                + LISTENS.replaceFirst("0 ", "+0 ") + """
                +0   < S  0:0(0) win 32767 <mss 1460,nop,wscale 7>
                +0   > S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>
                +.1  < .  1:1(0) ack 1 win 257
                +0   accept(3, ..., ...) = 4
                +.1  < P. 1:101(100) ack 1 win 257
                +0   > .  1:1(0) ack 101 win 3906
                """);
    }
}
