package io.fourtuple.api.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ControlServerTest {
    private static final Map<String, Supplier<CompletionStage<String>>> COMMANDS = Map.of(
            "greet", () -> CompletableFuture.completedFuture("hello\nworld\n"),
            "large", () -> CompletableFuture.completedFuture("x".repeat(3_000_000)),
            "fail", () -> CompletableFuture.failedFuture(new IllegalStateException("the stack has ended")));

    @TempDir
    private Path temporary;

    private ControlDirectory directory() {
        return new ControlDirectory(temporary.resolve("control"));
    }

    @Test
    void shouldAnswerACommand() {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThat(ControlClient.ask(server.socket(), "greet")).isEqualTo("hello\nworld\n");
            assertThat(ControlClient.ask(server.socket(), "large")).hasSize(3_000_000);
        }
    }

    @Test
    void shouldGoOnAcceptingAfterAFailureUntilItIsClosed() {
        Deque<IOException> failures = new ArrayDeque<>(List.of(
                new IOException("Too many open files"), new IOException("Too many open files"),
                new ClosedChannelException()));
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            server.accept(() -> {
                throw failures.remove();
            });

            assertThat(failures).isEmpty();
            assertThat(ControlClient.ask(server.socket(), "greet")).isEqualTo("hello\nworld\n");
        }
    }

    @Test
    void shouldSayWhatCommandsThereAre() {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThatThrownBy(() -> ControlClient.ask(server.socket(), "format-disk"))
                    .isInstanceOf(ControlException.class)
                    .hasMessage("there is no such command; use fail or greet or large");
        }
    }

    @Test
    void shouldPassAFailureOnAsOneSentence() {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThatThrownBy(() -> ControlClient.ask(server.socket(), "fail"))
                    .isInstanceOf(ControlException.class)
                    .hasMessage("the stack has ended");
        }
    }

    @Test
    void shouldBeReadableByItsOwnerOnly() throws IOException {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory().path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void shouldRemoveTheSocketWhenItCloses() {
        ControlServer server = ControlServer.open(directory(), COMMANDS);
        server.close();
        server.close();

        assertThat(server.socket()).doesNotExist();
        assertThat(directory().sockets()).isEmpty();
        assertThatThrownBy(() -> ControlClient.ask(server.socket(), "greet"))
                .isInstanceOf(ControlException.class)
                .hasMessage("there is no control socket " + server.socket());
    }

    @Test
    void shouldBoundWhatAClientMaySend() throws IOException {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
            client.write(ByteBuffer.wrap(new byte[ControlServer.MAX_COMMAND]));

            assertThat(readAll(client)).startsWith("error there is no such command");
        }
    }

    @Test
    void shouldCutTheClientOffThatHasWaitedLongest() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            for (int i = 0; i < ControlServer.MAX_CLIENTS; i++) {
                silent.add(SocketChannel.open(UnixDomainSocketAddress.of(server.socket())));
            }
            assertThat(ControlClient.ask(server.socket(), "greet")).isEqualTo("hello\nworld\n");
            assertThat(readAll(silent.getFirst())).isEmpty();
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsOpenToOthers() throws IOException {
        Files.createDirectory(directory().path());
        Files.setPosixFilePermissions(directory().path(), PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> ControlServer.open(directory(), COMMANDS))
                .isInstanceOf(ControlException.class)
                .message().contains("is not yours alone").contains("mode 700");
    }

    @Test
    void shouldRefuseADirectoryThatIsALink() throws IOException {
        Path elsewhere = Files.createDirectory(
                temporary.resolve("elsewhere"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createSymbolicLink(directory().path(), elsewhere);

        assertThatThrownBy(() -> ControlServer.open(directory(), COMMANDS))
                .isInstanceOf(ControlException.class)
                .message().contains("is not a directory");
        assertThatThrownBy(() -> directory().sockets()).isInstanceOf(ControlException.class);
    }

    @Test
    void shouldRefuseASocketThatIsALink() throws IOException {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            Path link = Files.createSymbolicLink(temporary.resolve("link.sock"), server.socket());

            assertThatThrownBy(() -> ControlClient.ask(link, "greet"))
                    .isInstanceOf(ControlException.class)
                    .hasMessage(link + " is not a control socket");
        }
    }

    @Test
    void shouldForgetSocketsOfProcessesThatAreGone() throws Exception {
        directory().prepare();
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path stale = Files.createFile(directory().path().resolve(gone.pid() + ".sock"));

        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThat(stale).doesNotExist();
            assertThat(directory().sockets()).containsExactly(server.socket());
        }
    }

    @Test
    void shouldReplaceWhatAKilledProcessOfTheSameIdHasLeft() throws IOException {
        directory().prepare();
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(directory().ownSocket()));
        killed.close();
        assertThat(directory().ownSocket()).exists();

        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThat(ControlClient.ask(server.socket(), "greet")).isEqualTo("hello\nworld\n");
        }
    }

    @Test
    void shouldNotTakeTheSocketOfAServerThatIsRunning() {
        try (ControlServer server = ControlServer.open(directory(), COMMANDS)) {
            assertThatThrownBy(() -> ControlServer.open(directory(), COMMANDS))
                    .isInstanceOf(ControlException.class)
                    .message().startsWith("cannot listen on the control socket");
            assertThat(ControlClient.ask(server.socket(), "greet")).isEqualTo("hello\nworld\n");
        }
    }

    private static String readAll(SocketChannel channel) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        while (channel.read(buffer) >= 0) {
            all.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
            buffer.clear();
        }
        return all.toString();
    }
}
