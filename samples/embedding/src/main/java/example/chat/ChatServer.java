package example.chat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.javadsl.Tcp;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chat server: lines of text, a name for each connection, and everybody sees what everybody types.
 *
 * <pre>
 *   connection ──▶ lines ──▶ Typed ──▶ Room ──▶ screen (bounded) ──▶ lines ──▶ connection
 * </pre>
 *
 * <p>A line is read when the room has taken the one before; a reader who does not keep up with {@code
 * chat.lines-waiting} lines is cut off and holds up nobody.
 */
public final class ChatServer {
    private static final Logger LOG = LoggerFactory.getLogger(ChatServer.class);
    private static final ByteString END_OF_LINE = ByteString.fromString("\n");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ActorSystem<Room.Command> system;
    private final Config config;

    private ChatServer(ActorSystem<Room.Command> system) {
        this.system = system;
        config = system.settings().config().getConfig("chat");
    }

    /** Starts it as {@code chat} of the configuration says, until the JVM ends. */
    public static void main(String[] arguments) {
        Running running = start(ConfigFactory.load());
        running.listening().whenComplete((address, failure) -> {
            if (failure == null) {
                System.out.println("chat ready on " + address.getHostString() + ":" + address.getPort());
            } else {
                LOG.error("cannot start: {}", failure.getMessage());
                running.system().terminate();
            }
        });
    }

    /**
     * A chat server.
     *
     * @param system what it runs in, and ends with
     * @param listening completed with where it listens, when it does
     */
    public record Running(ActorSystem<?> system, CompletionStage<InetSocketAddress> listening) {}

    /** Starts an actor system with a chat server. */
    public static Running start(Config config) {
        ActorSystem<Room.Command> system =
                ActorSystem.create(Room.create(config.getInt("chat.connections")), "chat", config);
        return new Running(system, new ChatServer(system).listen());
    }

    private CompletionStage<InetSocketAddress> listen() {
        return Tcp.get(system)
                .bind(
                        config.getString("interface"),
                        config.getInt("port"),
                        100,
                        List.of(),
                        false,
                        Optional.of(config.getDuration("idle-timeout")))
                .to(Sink.foreach(connection -> connection.handleWith(visitor(), system)))
                .run(system)
                .thenApply(Tcp.ServerBinding::localAddress);
    }

    /** One connection. */
    private Flow<ByteString, ByteString, NotUsed> visitor() {
        Pair<Screen, Source<String, NotUsed>> screen = Screen.create(config.getInt("lines-waiting"), system);
        system.tell(new Room.Command.Connected(screen.first()));
        return Flow.fromSinkAndSource(keyboard(screen.first()), screen.second()
                .map(line -> ByteString.fromString(line).concat(END_OF_LINE)));
    }

    private Sink<ByteString, NotUsed> keyboard(Screen screen) {
        ActorRef<Room.Command> room = system;
        return Framing.delimiter(END_OF_LINE, config.getBytes("line-length").intValue(), FramingTruncation.ALLOW)
                .map(line -> line.utf8String().strip())
                .mapAsync(1, line -> AskPattern.<Room.Command, Done>ask(
                        room, taken -> new Room.Command.Typed(screen, line, taken), PATIENCE, system.scheduler()))
                .to(Sink.onComplete(_ -> room.tell(new Room.Command.Gone(screen))));
    }
}
