package io.fourtuple.benchmarks;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** The one thing in which the servers differ: whose {@code Tcp} listens. */
interface TcpBinder {
    /** Serves every connection to {@code address} with {@code flow}; half-close is on, there is no idle timeout. */
    CompletionStage<?> bind(InetSocketAddress address, Flow<ByteString, ByteString, NotUsed> flow);
}
