package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.SsFormat;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Full queues as the kernel's clients see them. */
@NeedsTap
class OverflowIT {
    private static final int PORT = 7;
    private static final int BACKLOG = 5;
    private static final int CLIENTS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TapLab lab;
    /** Nobody is accepted until this is completed. */
    private CompletableFuture<Optional<Tcp.IncomingConnection>> gate;

    private void listen(Profile profile, SynCookies cookies) throws Exception {
        StackConfig.Listen listen = new StackConfig.Listen(profile, cookies, 4096, 1.5, 7);
        lab = TapLab.start(config -> config.withListen(listen));
        Pair<CompletableFuture<Optional<Tcp.IncomingConnection>>, CompletionStage<Tcp.ServerBinding>> bound =
                Source.<Tcp.IncomingConnection>maybe()
                        .concatLazyMat(lab.tcp().bind(TapLab.STACK, PORT, BACKLOG, List.of(), true, Optional.empty()),
                                Keep.both())
                        .to(Sink.foreach(connection ->
                                connection.handleWith(Flow.of(ByteString.class), lab.system())))
                        .run(lab.system());
        gate = bound.first();
        bound.second().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void accept() {
        gate.complete(Optional.empty());
    }

    @AfterEach
    void stop() throws Exception {
        lab.close();
    }

    private long rows(String state) {
        return lab.snapshot().sockets().stream().filter(row -> row.state().equals(state)).count();
    }

    private void expectFull(int established, int halfOpen) {
        await("full queues").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(rows("ESTAB")).isEqualTo(established);
            assertThat(rows(SocketRow.SYN_RECV)).isEqualTo(halfOpen);
        });
    }

    @Test
    void shouldHoldFiveAndSevenAndLetEverybodyInByRetransmission() throws Exception {
        listen(Profile.SEED, SynCookies.OFF);

        lab.peer().ask("dial client " + TapLab.STACK + " " + PORT + " " + CLIENTS);

        expectFull(5, 7);
        StackSnapshot full = lab.snapshot();
        assertThat(full.counter(Counter.TCP_EXT_REQ_Q_FULL_DROP)).isGreaterThanOrEqualTo(CLIENTS - 12);
        assertThat(full.counter(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isGreaterThanOrEqualTo(7);
        assertThat(full.counter(Counter.TCP_EXT_LISTEN_DROPS))
                .isEqualTo(full.counter(Counter.TCP_EXT_LISTEN_OVERFLOWS));
        String ss = SsFormat.format(full.sockets());
        assertThat(ss).containsPattern("(?m)^LISTEN +5 +5 +10\\.77\\.0\\.2:7 ");
        assertThat(Pattern.compile("(?m)^SYN-RECV +0 +0 +10\\.77\\.0\\.2:7 ").matcher(ss).results()).hasSize(7);

        accept();
        assertThat(lab.peer().ask("greet client " + CLIENTS)).isEqualTo(CLIENTS + " 0");
    }

    @Test
    void shouldLetWhoGotACookieInWithItsFirstData() throws Exception {
        listen(Profile.SEED, SynCookies.ON_OVERFLOW);

        lab.peer().ask("dial client " + TapLab.STACK + " " + PORT + " " + CLIENTS);

        // Who comes first of those with a record and those with a cookie is the scheduler's to say.
        await("cookies").atMost(PATIENCE).untilAsserted(() -> {
            StackSnapshot full = lab.snapshot();
            long cookies = full.counter(Counter.TCP_EXT_SYNCOOKIES_SENT);
            assertThat(rows("ESTAB")).isEqualTo(5);
            assertThat(rows(SocketRow.SYN_RECV)).isLessThanOrEqualTo(7);
            assertThat(cookies).isBetween(1L, (long) CLIENTS - 7);
            assertThat(full.counter(Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES)).isEqualTo(cookies);
            assertThat(full.counter(Counter.TCP_EXT_SYNCOOKIES_RECV)).isEqualTo(cookies);
            assertThat(full.counter(Counter.TCP_EXT_REQ_Q_FULL_DROP)).isZero();
        });

        accept();
        assertThat(lab.peer().ask("greet client " + CLIENTS)).isEqualTo(CLIENTS + " 0");
    }

    @Test
    void shouldAgreeOnAllOptionsByCookie() throws Exception {
        listen(Profile.SEED, SynCookies.ALWAYS);
        accept();
        lab.peer().ask("connect alone " + TapLab.STACK + " " + PORT);

        lab.peer().ask("echo alone " + (8 << 20));

        String ss = lab.peer().ask("ss -tino dst " + TapLab.STACK);
        assertThat(ss).contains("ts sack").containsPattern("wscale:[1-9][0-9]*,[1-9]");
        assertThat(lab.snapshot().counter(Counter.TCP_EXT_SYNCOOKIES_RECV)).isEqualTo(1);
    }

    @Test
    void shouldDropSynsWhileTheAcceptQueueIsFullLikeLinux() throws Exception {
        listen(Profile.LINUX, SynCookies.OFF);
        lab.peer().ask("dial first " + TapLab.STACK + " " + PORT + " 6");
        expectFull(6, 0);

        lab.peer().ask("dial client " + TapLab.STACK + " " + PORT + " 5");

        await("drops").atMost(PATIENCE).untilAsserted(() -> assertThat(
                lab.snapshot().counter(Counter.TCP_EXT_LISTEN_OVERFLOWS)).isGreaterThanOrEqualTo(5));
        expectFull(6, 0);
        assertThat(lab.snapshot().counter(Counter.TCP_EXT_REQ_Q_FULL_DROP)).isZero();
        assertThat(lab.peer().ask("ss -tn state syn-sent dst " + TapLab.STACK)).contains(TapLab.STACK + ":7");
    }

    @Test
    void shouldResetWhoFindsTheAcceptQueueFullWhenTheProfileSaysSo() throws Exception {
        listen(Profile.RST, SynCookies.OFF);
        lab.peer().ask("dial first " + TapLab.STACK + " " + PORT + " 5");
        expectFull(5, 0);

        lab.peer().ask("dial client " + TapLab.STACK + " " + PORT + " 3");

        assertThat(lab.peer().ask("greet client 3")).isEqualTo("0 3");
        assertThat(Stream.of(Counter.TCP_EXT_LISTEN_OVERFLOWS, Counter.TCP_EXT_LISTEN_DROPS)
                .map(lab.snapshot()::counter)).containsExactly(3L, 3L);
        expectFull(5, 0);
    }
}
