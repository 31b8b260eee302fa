package io.fourtuple.api.observe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Asks a {@link ControlServer}. Blocks the caller until the answer is there. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Sends one command and returns the text that it is answered with.
     *
     * @param socket of the process to ask; a symbolic link is refused
     * @param command one word
     * @throws ControlException when nobody listens there or the answer is an error
     */
    public static String ask(Path socket, String command) {
        check(socket);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer request = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            return checked(readAll(channel), socket);
        } catch (IOException e) {
            throw new ControlException("nobody answers on " + socket + " (" + ControlDirectory.reason(e)
                    + "): is the process still running?", e);
        }
    }

    private static void check(Path socket) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isSymbolicLink() || !found.isOther()) {
                throw new ControlException(socket + " is not a control socket");
            }
        } catch (IOException e) {
            throw new ControlException("there is no control socket " + socket, e);
        }
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static String checked(String answer, Path socket) {
        int end = answer.indexOf('\n');
        String status = end < 0 ? answer : answer.substring(0, end);
        if (status.equals("ok") && end >= 0) {
            return answer.substring(end + 1);
        }
        if (status.startsWith("error ")) {
            throw new ControlException(status.substring("error ".length()));
        }
        throw new ControlException("no whole answer came from " + socket);
    }
}
