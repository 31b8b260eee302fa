package io.fourtuple.benchmarks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The server process: sink, source and echo over somebody's Streams Tcp. Prints {@code READY}, then serves until its
 * standard input ends, so that it never outlives the harness.
 */
public final class LoadServer {
    private static final int BIND_SECONDS = 20;

    private LoadServer() {}

    /**
     * Serves.
     *
     * @param args {@code pekko ADDRESS BASEPORT}, or {@code fourtuple ADDRESS/PREFIX BASEPORT DEVICE}
     * @throws Exception when the server cannot be started; the harness reports it
     */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        // Whatever a library logs to standard output is not an answer.
        System.setOut(System.err);
        String address = args[1].replaceFirst("/.*", "");
        int basePort = Integer.parseInt(args[2]);
        try (ServedTarget target = ServedTarget.start(args)) {
            serve(target.binder(), address, basePort);
            answers.println("READY");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Binds all workloads of {@code basePort}. */
    static void serve(TcpBinder tcp, String address, int basePort) throws Exception {
        bind(tcp, address, basePort + Workload.SINK.portOffset(), sink());
        bind(tcp, address, basePort + Workload.SOURCE.portOffset(), source());
        bind(tcp, address, basePort + Workload.ECHO.portOffset(), Flow.create());
        for (int i = 0; i < Workload.CRR_PORTS; i++) {
            bind(tcp, address, basePort + Workload.CONNECT.portOffset() + i, Flow.create());
        }
    }

    private static void bind(TcpBinder tcp, String address, int port, Flow<ByteString, ByteString, NotUsed> flow)
            throws Exception {
        tcp.bind(new InetSocketAddress(InetAddress.getByName(address), port), flow)
                .toCompletableFuture()
                .get(BIND_SECONDS, TimeUnit.SECONDS);
    }

    /** Counts what comes and answers the count, eight octets, when the client has shut its side down. */
    private static Flow<ByteString, ByteString, NotUsed> sink() {
        return Flow.of(ByteString.class)
                .fold(0L, (count, bytes) -> count + bytes.size())
                .map(count -> ByteString.fromArray(ByteBuffer.allocate(Long.BYTES).putLong(count).array()));
    }

    private static Flow<ByteString, ByteString, NotUsed> source() {
        return Flow.fromSinkAndSourceCoupled(Sink.ignore(), Source.repeat(ByteString.fromArray(Pattern.copy())));
    }
}
