package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.core.tcp.TcpEvent;
import io.fourtuple.core.wire.FourTuple;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.pekko.stream.StreamTcpException;

/**
 * What streams fail with: the exception type of Pekko's {@code Tcp}, a message that names the peer, and as the cause
 * what {@code java.net} throws in the same situation.
 */
public final class Failures {
    private Failures() {}

    /** A bind that was refused; {@code why} is the second half of a sentence. */
    public static BindReply.BindFailed ofBind(InetSocketAddress local, String why) {
        return new BindReply.BindFailed("Cannot listen on " + SocketAddresses.name(local) + ": " + why + ".");
    }

    /** An open that ended with this event. */
    public static StreamTcpException ofConnect(InetSocketAddress target, TcpEvent event) {
        return ofConnect(target, causeOf(event));
    }

    /** An open that took longer than its caller wanted to wait. */
    public static StreamTcpException ofConnectTimeout(InetSocketAddress target, Duration timeout) {
        return ofConnect(target, new SocketTimeoutException("Connect timeout of " + timeout + " expired"));
    }

    /** An open that could not even start. */
    public static StreamTcpException ofConnect(InetSocketAddress target, Exception cause) {
        StreamTcpException failure = new StreamTcpException("Tcp command [Connect(" + name(target)
                + ")] failed because of " + cause.getClass().getName() + ": " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }

    /** A connection that broke with this event. */
    public static StreamTcpException ofConnection(FourTuple tuple, TcpEvent event) {
        String peer = tuple.remote().toString(tuple.remotePort());
        if (event == TcpEvent.ABORTED) {
            return new StreamTcpException("The connection has been aborted (peer " + peer + ")");
        }
        IOException cause = causeOf(event);
        StreamTcpException failure = new StreamTcpException(
                "The connection closed with error: " + cause.getMessage() + " (peer " + peer + ")");
        failure.initCause(cause);
        return failure;
    }

    /** A connection whose user broke the protocol. */
    public static StreamTcpException ofMisuse(FourTuple tuple, String what) {
        return new StreamTcpException(
                "The connection has been aborted: " + what + " (peer " + tuple.remote().toString(tuple.remotePort())
                        + ")");
    }

    private static IOException causeOf(TcpEvent event) {
        return switch (event) {
            case REFUSED -> new ConnectException("Connection refused");
            case RESET -> new IOException("Connection reset by peer");
            case TIMED_OUT -> new ConnectException("Connection timed out");
            case UNREACHABLE -> new NoRouteToHostException("No route to host");
            case ABORTED -> new IOException("Connection aborted");
            case ESTABLISHED, READABLE, WRITABLE, PEER_CLOSED, OUTPUT_ACKNOWLEDGED, URGENT, TROUBLE, CLOSED ->
                    throw new IllegalArgumentException(event + " is no failure");
        };
    }

    private static String name(InetSocketAddress target) {
        return target.isUnresolved()
                ? target.getHostString() + ":" + target.getPort()
                : target.getAddress().getHostAddress() + ":" + target.getPort();
    }
}
