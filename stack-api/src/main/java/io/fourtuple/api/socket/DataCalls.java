package io.fourtuple.api.socket;

import io.fourtuple.api.protocol.SendNotices;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.ReceivedChunk;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reading and writing of a {@link SocketLayer}. Any thread, as there. */
final class DataCalls {
    private static final int SEND_FLAGS = Posix.MSG_OOB | Posix.MSG_DONTWAIT | Posix.MSG_EOR | Posix.MSG_NOSIGNAL
            | Posix.MSG_MORE | Posix.MSG_ZEROCOPY | Posix.MSG_FASTOPEN;
    private static final int RECV_FLAGS = Posix.MSG_PEEK | Posix.MSG_DONTWAIT | Posix.MSG_TRUNC | Posix.MSG_NOSIGNAL
            | Posix.MSG_WAITALL | Posix.MSG_ERRQUEUE;
    /** So much is copied for a write at least, when the room that there was is out of date. */
    private static final int SMALLEST_COPY = 4096;

    private final Waiting waiting;
    private final Personality personality;

    DataCalls(Waiting waiting, Personality personality) {
        this.waiting = waiting;
        this.personality = personality;
    }

    // ---- reading ----

    /** recv(2). */
    int receive(TcpSocket socket, ByteBuffer target, int flags) {
        return receiveMessage(socket, List.of(target), flags).octets();
    }

    /** recvmsg(2). */
    Message receiveMessage(TcpSocket socket, List<ByteBuffer> targets, int flags) {
        if ((flags & ~RECV_FLAGS) != 0) {
            throw new ErrnoException(Errno.EINVAL, "flags " + flags);
        }
        if ((flags & Posix.MSG_ERRQUEUE) != 0) {
            return Optional.ofNullable(socket.link()).map(SocketLink::notices).flatMap(SendNotices::poll)
                    .orElseThrow(() -> new ErrnoException(Errno.EAGAIN, "the error queue is empty"));
        }
        SocketLink link = connected(socket, Errno.ENOTCONN);
        int max = (int) Math.min(Integer.MAX_VALUE, targets.stream().mapToLong(ByteBuffer::remaining).sum());
        if (max == 0) {
            return new Message(0, 0, List.of());
        }
        if ((link.readiness() & (Posix.POLLIN | Posix.POLLERR)) == 0) {
            throw new ErrnoException(Errno.EAGAIN, "nothing to read");
        }
        ReadCall read = new ReadCall(link, max, (flags & Posix.MSG_PEEK) != 0);
        link.call(read);
        ReadCall.Taken taken = waiting.await(read.answer());
        boolean copies = (flags & Posix.MSG_TRUNC) == 0;
        int octets = 0;
        int at = 0;
        for (ReceivedChunk chunk : taken.chunks()) {
            octets += chunk.length();
            if (copies) {
                at = put(chunk, targets, at);
            }
        }
        List<ControlMessage> control = socket.settings().has(SocketOption.TCP_INQ)
                ? List.of(new ControlMessage.Inq(taken.left()))
                : List.of();
        return new Message(octets, 0, control);
    }

    /** Puts a chunk into the buffers from {@code first} on; gives the first one that has room left. */
    private static int put(ReceivedChunk chunk, List<ByteBuffer> targets, int first) {
        int at = first;
        int done = 0;
        while (done < chunk.length()) {
            ByteBuffer target = targets.get(at);
            int length = Math.min(target.remaining(), chunk.length() - done);
            target.put(chunk.array(), chunk.offset() + done, length);
            done += length;
            at += target.hasRemaining() ? 0 : 1;
        }
        return at;
    }

    // ---- writing ----

    /** sendmsg(2). */
    int send(TcpSocket socket, List<ByteBuffer> sources, int flags, Optional<InetSocketAddress> address) {
        if ((flags & ~SEND_FLAGS) != 0) {
            throw new ErrnoException(Errno.EINVAL, "flags " + flags);
        }
        boolean zeroCopy = (flags & Posix.MSG_ZEROCOPY) != 0 && socket.settings().has(SocketOption.SO_ZEROCOPY)
                && sources.stream().anyMatch(ByteBuffer::hasRemaining);
        if (opens(socket, flags, address)) {
            ByteBuffer copy = copyOf(sources, Math.max(
                    SMALLEST_COPY, socket.settings().tcp().sendBuffer().initial()));
            int begun = socket.connectFast(address, copy, zeroCopy);
            if (begun != TcpSocket.CONNECTED) {
                advance(sources, begun);
                return begun;
            }
        }
        SocketLink link = connected(socket, personality == Personality.FREEBSD ? Errno.ENOTCONN : Errno.EPIPE);
        List<ByteBuffer> octets = zeroCopy
                ? slices(sources)
                : List.of(copyOf(sources, Math.max(SMALLEST_COPY, link.sendSpace())));
        WriteCall write = new WriteCall(link, octets, flags, zeroCopy, socket.settings().timestamping());
        link.call(write);
        int taken = waiting.await(write.answer());
        advance(sources, taken);
        return taken;
    }

    /** Whether a write opens the connection. */
    private boolean opens(TcpSocket socket, int flags, Optional<InetSocketAddress> address) {
        if ((flags & Posix.MSG_FASTOPEN) != 0) {
            if (!socket.settings().tcp().fastOpen().client()) {
                throw new ErrnoException(Errno.EOPNOTSUPP, "the stack sends no data with a SYN");
            }
            return true;
        }
        boolean implied = personality == Personality.FREEBSD && address.isPresent() && !socket.isListening()
                && socket.link() == null;
        return implied || socket.isDeferred();
    }

    private static SocketLink connected(TcpSocket socket, Errno otherwise) {
        SocketLink link = socket.link();
        if (link == null) {
            throw socket.isDeferred()
                    ? new ErrnoException(Errno.EAGAIN, "the first write connects")
                    : new ErrnoException(otherwise, "the socket is not connected");
        }
        return link;
    }

    /** The octets of all, in order, or the first {@code max}. */
    private static ByteBuffer copyOf(List<ByteBuffer> sources, int max) {
        long all = 0;
        for (ByteBuffer source : sources) {
            all += source.remaining();
        }
        ByteBuffer copy = ByteBuffer.allocate((int) Math.min(all, max));
        for (ByteBuffer source : sources) {
            int length = Math.min(source.remaining(), copy.remaining());
            copy.put(copy.position(), source, source.position(), length);
            copy.position(copy.position() + length);
        }
        return copy.flip();
    }

    /** The same octets: what the stack does with them moves no position of the program. */
    private static List<ByteBuffer> slices(List<ByteBuffer> sources) {
        List<ByteBuffer> slices = new ArrayList<>();
        for (ByteBuffer source : sources) {
            slices.add(source.slice());
        }
        return slices;
    }

    /** So many were taken. */
    private static void advance(List<ByteBuffer> sources, int octets) {
        int left = octets;
        for (ByteBuffer source : sources) {
            int length = Math.min(source.remaining(), left);
            source.position(source.position() + length);
            left -= length;
        }
    }
}
