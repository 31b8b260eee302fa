package example;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.nic.MemoryWire;
import java.security.MessageDigest;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Two stacks in one JVM, a wire between them, an echo on the one, and 1 MiB back and forth from the other. */
public final class Main {
    private static final int CHUNKS = 64;
    private static final int CHUNK = 1 << 14;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        // README: begin
        var system = ActorSystem.create(Behaviors.empty(), "hello");
        var wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        var config = StackConfig.defaults();
        var server = Stack.start(system, config.withName("server").withAddresses("10.77.0.2/24"), wire.left());
        var client = Stack.start(system, config.withName("client").withAddresses("10.77.0.1/24"), wire.right());

        Tcp.of(server).bind("10.77.0.2", 7)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), system)))
                .run(system).toCompletableFuture().join();
        Source.single(ByteString.fromString("hello\n"))
                .via(Tcp.of(client).outgoingConnection("10.77.0.2", 7))
                .runForeach(reply -> System.out.print(reply.utf8String()), system).toCompletableFuture().join();
        // README: end

        byte[] octets = new byte[CHUNKS * CHUNK];
        new Random(1).nextBytes(octets);
        MessageDigest returned = MessageDigest.getInstance("SHA-256");
        Source.from(IntStream.range(0, CHUNKS).boxed().toList())
                .map(index -> ByteString.fromArray(octets, index * CHUNK, CHUNK))
                .via(Tcp.of(client).outgoingConnection("10.77.0.2", 7))
                .runForeach(chunk -> returned.update(chunk.toArrayUnsafe()), system)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        boolean intact = MessageDigest.isEqual(MessageDigest.getInstance("SHA-256").digest(octets), returned.digest());
        System.out.println(octets.length + " octets came back " + (intact ? "intact" : "damaged"));
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
        System.exit(intact ? 0 : 1);
    }
}
