package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack as a client of programs on the kernel's side, and what it says when there is none. */
@NeedsTap
class KernelServerIT {
    private static final int MEBIBYTE = 1 << 20;
    private static final int FILE_MEBIBYTES = 100;
    private static final int HTTP_PORT = 8080;
    private static final long SECONDS = 60;

    private static TapLab lab;

    @BeforeAll
    static void start() throws Exception {
        lab = TapLab.start();
        // The kernel's side is the router, and it loses what is for the far network without a word.
        lab.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        lab.run("ip", "route", "add", "blackhole", TapLab.FAR_NETWORK);
    }

    @AfterAll
    static void stop() throws Exception {
        lab.close();
    }

    @Test
    void shouldFetchAFileIntact(@TempDir Path directory) throws Exception {
        String expected = writeFile(directory.resolve("file"));
        Process server = lab.namespace().start("python3", "-m", "http.server",
                "-b", TapLab.KERNEL, "-d", directory.toString(), String.valueOf(HTTP_PORT));
        try {
            await("the HTTP server").atMost(Duration.ofSeconds(20))
                    .until(() -> lab.peer().ask("ss -Hltn").contains(":" + HTTP_PORT));

            byte[] response = fetch("/file");

            assertThat(new String(response, 0, 12, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.0 200");
            MessageDigest fetched = MessageDigest.getInstance("SHA-256");
            fetched.update(response, response.length - FILE_MEBIBYTES * MEBIBYTE, FILE_MEBIBYTES * MEBIBYTE);
            assertThat(HexFormat.of().formatHex(fetched.digest())).isEqualTo(expected);
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static String writeFile(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        var random = new Random(100);
        byte[] piece = new byte[MEBIBYTE];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < FILE_MEBIBYTES; i++) {
                random.nextBytes(piece);
                digest.update(piece);
                out.write(piece);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] fetch(String path) throws Exception {
        List<ByteString> chunks = Source.single(ByteString.fromString("GET " + path + " HTTP/1.0\r\n\r\n"))
                .via(lab.tcp().outgoingConnection(TapLab.KERNEL, HTTP_PORT))
                .runWith(Sink.seq(), lab.system())
                .toCompletableFuture()
                .get(SECONDS, TimeUnit.SECONDS);
        byte[] all = new byte[chunks.stream().mapToInt(ByteString::size).sum()];
        int at = 0;
        for (ByteString chunk : chunks) {
            chunk.copyToArray(all, at);
            at += chunk.size();
        }
        return all;
    }

    @Test
    void shouldSayThatAConnectionWasRefused() {
        failureOf(TapLab.KERNEL, 9, Optional.empty())
                .hasMessageContaining(TapLab.KERNEL)
                .hasMessageContaining(":9")
                .hasMessageContaining("refused");
    }

    @Test
    void shouldSayThatAHostOnTheLinkDoesNotAnswer() {
        failureOf("10.77.0.99", 80, Optional.empty())
                .hasMessageContaining("10.77.0.99")
                .hasMessageContaining(":80")
                .hasMessageContaining("No route to host");
    }

    @Test
    void shouldSayThatThereIsNoRoute() {
        failureOf("192.0.2.1", 80, Optional.empty())
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining(":80")
                .hasMessageContaining("unreachable");
    }

    @Test
    void shouldSayThatNobodyAnsweredInTime() {
        failureOf(TapLab.FAR_HOST, 80, Optional.of(Duration.ofSeconds(1)))
                .hasMessageContaining(TapLab.FAR_HOST)
                .hasMessageContaining(":80")
                .hasMessageContaining("Connect timeout");
    }

    @Test
    void shouldFailWithThePeersResetInTheMiddle() {
        lab.peer().ask("listen resetting " + TapLab.KERNEL + " 8081");
        var received = Source.<ByteString>maybe()
                .via(lab.tcp().outgoingConnection(TapLab.KERNEL, 8081))
                .runWith(Sink.ignore(), lab.system())
                .toCompletableFuture();
        lab.peer().ask("accept resetting victim");

        lab.peer().ask("reset victim");

        assertThatThrownBy(() -> received.get(SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining(TapLab.KERNEL);
    }

    private static AbstractThrowableAssert<?, ?> failureOf(String host, int port, Optional<Duration> timeout) {
        var connected = Source.<ByteString>empty()
                .via(lab.tcp().outgoingConnection(new InetSocketAddress(host, port), Optional.empty(), List.of(), true,
                        timeout, Optional.empty()))
                .runWith(Sink.ignore(), lab.system())
                .toCompletableFuture();
        return assertThatThrownBy(() -> connected.get(SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(StreamTcpException.class);
    }
}
