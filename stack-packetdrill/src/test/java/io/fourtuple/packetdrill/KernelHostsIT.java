package io.fourtuple.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fourtuple.packetdrill.engine.HostProfile;
import io.fourtuple.packetdrill.engine.KernelHosts;
import io.fourtuple.packetdrill.engine.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel, asked. Real time: a script has a few attempts, because a busy machine can be late. */
class KernelHostsIT {
    private static final int ATTEMPTS = 8;
    private static final String V6 = "--ip_version=ipv6\n";

    private static void assumePossible() {
        boolean possible = "root".equals(System.getProperty("user.name"))
                && Files.isReadable(Path.of("/dev/net/tun"));
        if (!possible) {
            System.out.println("KernelHostsIT skipped: needs root and /dev/net/tun");
        }
        assumeTrue(possible);
    }

    private static Outcome ask(Path script) throws Exception {
        FutureTask<Outcome> asking = new FutureTask<>(() -> {
            try (Suite suite = new Suite(HostProfile.LINUX, false, Set.of(), List.of(), KernelHosts::new)) {
                Outcome outcome = suite.run(script).outcome();
                for (int i = 1; i < ATTEMPTS && outcome instanceof Outcome.Failed; i++) {
                    outcome = suite.run(script).outcome();
                }
                return outcome;
            }
        });
        // A thread of its own, which ends here: it cannot go back to the network that it came from.
        Thread.ofPlatform().name("kernel").start(asking);
        return asking.get(2, TimeUnit.MINUTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "slow-start/initial-window-is-ten-segments", "sack/latest-block-comes-first",
        "delayed-ack/answer-carries-the-acknowledgment", "rfc5961/reset-with-the-next-number-ends-it",
        "pmtud/too-big-message-cuts-the-segments", "syn-cookies/connection-without-a-queue",
        "nagle-cork/msg-more-holds-until-the-next-write", "tfo/cookie-is-asked-for-and-used",
        "tfo/wrong-cookie-gets-a-new-one"})
    void shouldAgreeWithTheScript(String name) throws Exception {
        assumePossible();

        assertThat(ask(OwnScriptsTest.SCRIPTS.resolve(name + ".pkt"))).isEqualTo(new Outcome.Passed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sack/latest-block-comes-first", "nagle-cork/nodelay-sends-at-once"})
    void shouldSpeakIpv6(String name) throws Exception {
        assumePossible();
        String text = Files.readString(OwnScriptsTest.SCRIPTS.resolve(name + ".pkt"));
        Path script = Files.createTempFile("ipv6", ".pkt");
        try {
            Files.writeString(script, V6 + text.replace("mss 1460", "mss 1440"));

            assertThat(ask(script)).isEqualTo(new Outcome.Passed());
        } finally {
            Files.delete(script);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "sack/latest-block-comes-first")
    void shouldNoticeWhatTheKernelDoesNotDo(String name) throws Exception {
        assumePossible();
        List<String> lines = Files.readAllLines(OwnScriptsTest.SCRIPTS.resolve(name + ".pkt"));
        Path script = Files.createTempFile("wrong", ".pkt");
        try {
            Files.write(script, lines.stream()
                    .map(line -> line.replace("sack 1001:2001>", "sack 1001:2002>"))
                    .toList());

            assertThat(ask(script)).isInstanceOf(Outcome.Failed.class);
        } finally {
            Files.delete(script);
        }
    }
}
