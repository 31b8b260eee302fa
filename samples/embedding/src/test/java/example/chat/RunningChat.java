package example.chat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A chat server that runs, its clients, and the transcript of what they typed and read, in the order of the script. */
final class RunningChat implements AutoCloseable {
    static final long SECONDS = 30;

    private final Variant variant;
    private final ActorSystem<?> system;
    private final InetSocketAddress address;
    private final List<String> transcript = new ArrayList<>();

    RunningChat(Variant variant, ActorSystem<?> system, InetSocketAddress address) {
        this.variant = variant;
        this.system = system;
        this.address = address;
    }

    /** What was typed and read so far. */
    List<String> transcript() {
        return transcript;
    }

    /** Somebody who has connected and not said anything. */
    Client connect(String label) {
        return new Client(label);
    }

    /** Somebody who is in the room; the others have yet to read that. */
    Client join(String name) throws Exception {
        Client client = connect(name);
        client.read();
        client.type(name);
        client.read();
        return client;
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    /** One connection. Nothing is read in advance but what fits the buffers on the way. */
    final class Client {
        private final String label;
        private final BoundedSourceQueue<ByteString> keyboard;
        private final SinkQueueWithCancel<String> screen;

        private Client(String label) {
            this.label = label;
            Pair<BoundedSourceQueue<ByteString>, SinkQueueWithCancel<String>> ends =
                    Source.<ByteString>queue(1024)
                            .via(variant.connection(system, address))
                            .via(Framing.delimiter(ByteString.fromString("\n"), 1024, FramingTruncation.DISALLOW))
                            .map(ByteString::utf8String)
                            .toMat(Sink.queue(1), Keep.both())
                            .run(system);
            keyboard = ends.first();
            screen = ends.second();
        }

        /** Types a line. */
        void type(String line) {
            typeRaw(line + "\n");
        }

        /** Types these characters. */
        void typeRaw(String text) {
            transcript.add(label + " > " + text);
            send(text);
        }

        /** Types something that is not in the transcript. */
        void send(String text) {
            keyboard.offer(ByteString.fromString(text));
        }

        /** Ends the connection in order: FIN. */
        void finish() {
            transcript.add(label + " finishes");
            keyboard.complete();
        }

        /** Breaks the connection: RST. */
        void kill() {
            transcript.add(label + " dies");
            keyboard.fail(new IllegalStateException("killed"));
        }

        /** Waits for the next line, or for the end. */
        void read() throws Exception {
            transcript.add(label + " < " + next());
        }

        /** The next line, {@code <end>} or {@code <broken>}. */
        String next() throws Exception {
            CompletionStage<Optional<String>> line = screen.pull();
            try {
                return line.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS).orElse("<end>");
            } catch (ExecutionException e) {
                return "<broken>";
            }
        }
    }
}
