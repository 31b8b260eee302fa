package io.fourtuple.api.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/sockets.md shows is this, and does what it says. */
class SocketsPageTest {
    private static final Path SOURCE = Path.of("src/test/java/io/fourtuple/api/socket/SocketsPageTest.java");
    private static final Path PAGE = Path.of("../docs/sockets.md");

    private static int[] open(SocketLayer sockets) {
        // docs: begin open
        int listener = sockets.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        sockets.bind(listener, new InetSocketAddress("10.77.0.2", 8080));
        sockets.listen(listener, 128);
        int epoll = sockets.epollCreate1(0);
        sockets.epollCtl(epoll, Posix.EPOLL_CTL_ADD, listener, Posix.EPOLLIN, listener);
        // docs: end
        return new int[] {listener, epoll};
    }

    private static void serve(SocketLayer sockets, int listener, int epoll, ByteBuffer buffer) {
        // docs: begin serve
        for (EpollEvent event : sockets.epollWait(epoll, 64)) {
            int fd = (int) event.data();
            if (fd == listener) {
                int accepted = sockets.accept(listener);
                sockets.epollCtl(epoll, Posix.EPOLL_CTL_ADD, accepted, Posix.EPOLLIN, accepted);
            } else if (sockets.read(fd, buffer.clear()) == 0) { // the peer sends no more
                sockets.close(fd);
            } else {
                sockets.write(fd, buffer.flip());
            }
        }
        // docs: end
    }

    @Test
    void shouldServeEchoes() {
        try (TwoHosts hosts = new TwoHosts()) {
            int[] opened = open(hosts.server);
            int client = hosts.connecting();
            hosts.pass();
            hosts.client.write(client, TwoHosts.octets("echo"));
            for (int i = 0; i < 4; i++) {
                serve(hosts.server, opened[0], opened[1], ByteBuffer.allocate(100));
                hosts.pass();
            }
            assertThat(TwoHosts.read(hosts.client, client, 100)).isEqualTo("echo");
            hosts.client.close(client);
            hosts.pass();
            serve(hosts.server, opened[0], opened[1], ByteBuffer.allocate(100));
            assertThat(hosts.server.descriptors()).isEqualTo(2);
        }
    }

    @Test
    void shouldStandOnThePage() throws IOException {
        assertThat(all(PAGE, "```java\n(.*?)```"))
                .isEqualTo(all(SOURCE, "// docs: begin \\w+\n(.*?)\n *// docs: end")).hasSize(2);
    }

    private static List<String> all(Path file, String regex) throws IOException {
        return Pattern.compile(regex, Pattern.DOTALL).matcher(Files.readString(file)).results()
                .map((MatchResult found) -> found.group(1).stripIndent().strip()).toList();
    }
}
