package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The proxy between a kernel client and a kernel server in two network namespaces: what arrives is what was sent, and
 * each end of a connection learns what happened to the other.
 */
@NeedsTap
class ProxyIT {
    private static final long SECONDS = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<ProxyLab.Far, ProxyLab> LABS = new EnumMap<>(ProxyLab.Far.class);

    @BeforeAll
    static void start() throws IOException {
        for (ProxyLab.Far far : ProxyLab.Far.values()) {
            LABS.put(far, ProxyLab.start(far));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        for (ProxyLab lab : LABS.values()) {
            lab.close();
        }
    }

    /** A listening server and one connection to it through the proxy, both called {@code name}. */
    private static ProxyLab connected(ProxyLab.Far far, String name) {
        ProxyLab lab = LABS.get(far);
        lab.listen(name + ".listener");
        lab.connect(name + ".listener", name);
        lab.server().ask("unlisten " + name + ".listener");
        return lab;
    }

    private static void assertReset(KernelPeer peer, String name) {
        assertThatThrownBy(() -> peer.ask("recv " + name + " -1")).hasMessageContaining("ConnectionResetError");
    }

    @ParameterizedTest
    @CsvSource({"STACK, 1073741824", "KERNEL, 134217728"})
    void shouldCarryBothWaysAtOnceIntact(ProxyLab.Far far, long octets) throws Exception {
        ProxyLab lab = connected(far, "big");
        lab.client().ask("offer big " + octets);
        lab.server().ask("offer big " + octets);

        CompletableFuture<String> atClient = lab.client().begin("recv big " + octets);
        CompletableFuture<String> atServer = lab.server().begin("recv big " + octets);

        String received = atServer.get(SECONDS, TimeUnit.SECONDS);
        assertThat(received).isEqualTo(octets + " " + lab.client().ask("sent big"));
        assertThat(atClient.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(octets + " " + lab.server().ask("sent big"));
        lab.client().ask("close big");
        lab.server().ask("recv big -1"); // to the end: else either close may be the one that the proxy sees first
        lab.server().ask("close big");
        lab.awaitLogged(octets + " octets sent, " + octets + " received, .* s: closed, first by the client");
    }

    @ParameterizedTest
    @CsvSource({"STACK, 1000", "KERNEL, 200"})
    void shouldCarryShortConnectionsInARow(ProxyLab.Far far, int count) {
        ProxyLab lab = LABS.get(far);
        long before = lab.closedInOrder();
        lab.server().ask("reflect mirror " + far.server() + " " + ProxyLab.FAR_PORT);

        lab.client().ask("sequence " + ProxyLab.PROXY + " " + ProxyLab.PORT + " " + count);

        await("all in the log").atMost(PATIENCE).until(() -> lab.closedInOrder() >= before + count);
        lab.server().ask("unlisten mirror");
    }

    @ParameterizedTest
    @EnumSource
    void shouldResetTheServerWhenTheClientResets(ProxyLab.Far far) {
        ProxyLab lab = connected(far, "one");
        lab.client().ask("send one 101");
        lab.server().ask("recv one 101");

        lab.client().ask("reset one");

        assertReset(lab.server(), "one");
        lab.awaitLogged("101 octets sent, 0 received, .* s: broken by the client ");
    }

    @ParameterizedTest
    @EnumSource
    void shouldResetTheClientWhenTheServerResets(ProxyLab.Far far) {
        ProxyLab lab = connected(far, "two");
        lab.server().ask("send two 102");
        lab.client().ask("recv two 102");

        lab.server().ask("reset two");

        assertReset(lab.client(), "two");
        lab.awaitLogged("0 octets sent, 102 received, .* s: broken by the far side ");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseInOrderWhenTheClientDoes(ProxyLab.Far far) {
        ProxyLab lab = connected(far, "three");
        lab.client().ask("send three 103");
        lab.client().ask("shutdown three");
        assertThat(lab.server().ask("recv three -1")).startsWith("103 ");

        lab.server().ask("send three 1000000");
        lab.server().ask("close three");

        assertThat(lab.client().ask("recv three -1")).startsWith("1000000 ");
        lab.awaitLogged("103 octets sent, 1000000 received, .* s: closed, first by the client");
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseInOrderWhenTheServerDoes(ProxyLab.Far far) {
        ProxyLab lab = connected(far, "four");
        lab.server().ask("send four 104");
        lab.server().ask("shutdown four");
        assertThat(lab.client().ask("recv four -1")).startsWith("104 ");

        lab.client().ask("send four 1000000");
        lab.client().ask("close four");

        assertThat(lab.server().ask("recv four -1")).startsWith("1000000 ");
        lab.awaitLogged("1000000 octets sent, 104 received, .* s: closed, first by the far side");
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndInOrderWhenTheClientDiesWithNothingUnread(ProxyLab.Far far) throws IOException {
        ProxyLab lab = LABS.get(far);
        lab.listen("five.listener");
        try (KernelPeer mortal = lab.startClient()) {
            mortal.ask("connect five " + ProxyLab.PROXY + " " + ProxyLab.PORT);
            lab.server().ask("accept five.listener five");
            mortal.ask("send five 105");
            lab.server().ask("recv five 105");
        }

        assertThat(lab.server().ask("recv five -1")).startsWith("0 ");
        lab.server().ask("close five");
        lab.server().ask("unlisten five.listener");
        lab.awaitLogged("105 octets sent, 0 received, .* s: closed, first by the client");
    }

    /** RFC 9293 §3.10.4: a program that is gone with data unread has lost them, and its kernel says so. */
    @ParameterizedTest
    @EnumSource
    void shouldResetTheServerWhenTheClientDiesWithOctetsUnread(ProxyLab.Far far) throws IOException {
        ProxyLab lab = LABS.get(far);
        lab.listen("six.listener");
        try (KernelPeer mortal = lab.startClient()) {
            mortal.ask("connect six " + ProxyLab.PROXY + " " + ProxyLab.PORT);
            lab.server().ask("accept six.listener six");
            lab.server().ask("send six 106");
            await("106 octets unread").atMost(PATIENCE).until(() ->
                    mortal.ask("ss -tn dst " + ProxyLab.PROXY).contains("ESTAB 106 "));
        }

        assertReset(lab.server(), "six");
        lab.server().ask("unlisten six.listener");
        lab.awaitLogged("0 octets sent, 106 received, .* s: broken by the client ");
    }

    @ParameterizedTest
    @EnumSource
    void shouldResetTheClientWhenTheServerRefuses(ProxyLab.Far far) {
        ProxyLab lab = LABS.get(far);

        lab.client().ask("connect seven " + ProxyLab.PROXY + " " + ProxyLab.PORT);

        assertReset(lab.client(), "seven");
        lab.awaitLogged("0 octets sent, 0 received, .* s: not connected ");
    }
}
