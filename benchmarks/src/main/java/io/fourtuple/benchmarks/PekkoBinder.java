package io.fourtuple.benchmarks;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/** Listens with Pekko's own Tcp, on the kernel's sockets. */
final class PekkoBinder implements TcpBinder {
    private static final int BACKLOG = 1024;

    private final ActorSystem<?> system;

    PekkoBinder(ActorSystem<?> system) {
        this.system = system;
    }

    @Override
    public CompletionStage<?> bind(InetSocketAddress address, Flow<ByteString, ByteString, NotUsed> flow) {
        return Tcp.get(system)
                .bind(address.getAddress().getHostAddress(), address.getPort(), BACKLOG,
                        List.of(TcpSO.tcpNoDelay(true)), true, Optional.empty())
                .to(Sink.foreach(connection -> connection.handleWith(flow, system)))
                .run(system);
    }
}
