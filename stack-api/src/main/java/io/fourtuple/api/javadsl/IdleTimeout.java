package io.fourtuple.api.javadsl;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.scaladsl.TcpIdleTimeoutException;
import org.apache.pekko.util.ByteString;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.DurationConverters;

/** Fails a connection, in both directions, when no octet has passed in either for some time. */
final class IdleTimeout {
    private IdleTimeout() {}

    /** To be joined to the connection's flow. */
    static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> of(
            Duration timeout, InetSocketAddress remote) {
        BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> naming = naming(timeout, remote);
        return naming.reversed()
                .atop(BidiFlow.<ByteString, ByteString>bidirectionalIdleTimeout(timeout))
                .atop(naming);
    }

    /** In one direction, a timeout becomes an exception that names the connection; the other passes untouched. */
    private static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> naming(
            Duration timeout, InetSocketAddress remote) {
        FiniteDuration duration = DurationConverters.toScala(timeout);
        Flow<ByteString, ByteString, NotUsed> renamed = Flow.<ByteString>create()
                .mapError(TimeoutException.class, _ -> new TcpIdleTimeoutException(
                        "TCP idle-timeout encountered on connection to [" + remote + "], no bytes passed in the last "
                                + duration,
                        duration));
        return BidiFlow.fromFlows(renamed, Flow.create());
    }
}
