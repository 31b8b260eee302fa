package io.fourtuple.api.actor;

import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * Connections that send both ways without pause, until they are told to come to an end, and check every octet they get.
 */
final class BusyConnections {
    private static final int PATTERN = 1 << 20;
    private static final int WRITE = 3_000;
    private static final byte[] OCTETS = new byte[2 * PATTERN];

    static {
        byte[] once = new byte[PATTERN];
        new Random(5).nextBytes(once);
        System.arraycopy(once, 0, OCTETS, 0, PATTERN);
        System.arraycopy(once, 0, OCTETS, PATTERN, PATTERN);
    }

    private enum Finish { FINISH }

    /** What one end did: it is intact when it got all that the other end sent, and ended in order. */
    record Outcome(long sent, long received, Optional<String> failure) {}

    /** One end of a connection. */
    static final class End {
        final ActorRef<ConnectionCommand> connection;
        final AtomicLong received = new AtomicLong();
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private ActorRef<Object> driver;

        End(ActorRef<ConnectionCommand> connection) {
            this.connection = connection;
        }

        boolean failed() {
            return outcome.isDone() && outcome.join().failure().isPresent();
        }
    }

    /** A connection; {@code port} is the client's. */
    record Pair(int port, End client, End server) {
        boolean isIntact() {
            Outcome here = client.outcome.join();
            Outcome there = server.outcome.join();
            return here.failure.isEmpty() && there.failure.isEmpty()
                    && here.sent == there.received && there.sent == here.received;
        }

        boolean failed() {
            return client.failed() || server.failed();
        }
    }

    final List<Pair> pairs = new ArrayList<>();
    final Listening listening;
    private final TwoStacks stacks;

    BusyConnections(TwoStacks stacks, Listening listening, int count) {
        this.stacks = stacks;
        this.listening = listening;
        listening.acceptor.tell(new AcceptorCommand.Demand(count, listening.accepted.ref()));
        List<TestProbe<ConnectReply>> opens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opens.add(stacks.tryConnect(listening.address, Optional.empty()));
        }
        Map<Integer, End> clients = new HashMap<>();
        for (TestProbe<ConnectReply> open : opens) {
            ConnectReply.Connected reply = open.expectMessageClass(ConnectReply.Connected.class, TwoStacks.PATIENCE);
            clients.put(reply.local().getPort(), new End(reply.connection()));
        }
        for (int i = 0; i < count; i++) {
            Accepted accepted = listening.accepted.receiveMessage(TwoStacks.PATIENCE);
            int port = accepted.remote().getPort();
            pairs.add(new Pair(port, clients.get(port), new End(accepted.connection())));
        }
        for (Pair pair : pairs) {
            start(pair.client, pair.port, pair.port + PATTERN / 2);
            start(pair.server, pair.port + PATTERN / 2, pair.port);
        }
    }

    private void start(End end, int sendFrom, int receiveFrom) {
        end.driver = stacks.kit.spawn(Behaviors.setup(context -> new Driver(context, end, sendFrom, receiveFrom)));
    }

    /** Waits until each that has not failed has received so many more octets, both ways. */
    void awaitProgress(long octets) {
        Map<End, Long> before = new HashMap<>();
        ends().forEach(end -> before.put(end, end.received.get()));
        stacks.eventually(() -> {
            List<Pair> late = pairs.stream()
                    .filter(pair -> !pair.failed())
                    .filter(pair -> Stream.of(pair.client, pair.server)
                            .anyMatch(end -> end.received.get() - before.get(end) < octets))
                    .toList();
            if (!late.isEmpty()) {
                throw new AssertionError(late.size() + " connections stand still, such as " + late.getFirst());
            }
        });
    }

    /** Lets all come to an end, and waits for it. */
    void finish() {
        ends().forEach(end -> end.driver.tell(Finish.FINISH));
        stacks.eventually(() -> {
            if (!ends().allMatch(end -> end.outcome.isDone())) {
                throw new AssertionError("some connections do not end");
            }
        });
    }

    Stream<End> ends() {
        return pairs.stream().flatMap(pair -> Stream.of(pair.client, pair.server));
    }

    List<Pair> failed() {
        return pairs.stream().filter(Pair::failed).toList();
    }

    private static final class Driver extends AbstractBehavior<Object> {
        private final End end;
        private int sendAt;
        private int receiveAt;
        private long sent;
        private boolean finishing;
        private boolean closed;

        Driver(ActorContext<Object> context, End end, int sendFrom, int receiveFrom) {
            super(context);
            this.end = end;
            sendAt = sendFrom % PATTERN;
            receiveAt = receiveFrom % PATTERN;
            context.watch(end.connection);
            end.connection.tell(new ConnectionCommand.Register(context.getSelf().narrow()));
            end.connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
            write();
        }

        @Override
        public Receive<Object> createReceive() {
            return newReceiveBuilder()
                    .onMessage(ConnectionEvent.class, this::onEvent)
                    .onMessage(Finish.class, _ -> {
                        finishing = true;
                        return this;
                    })
                    .onSignal(Terminated.class, _ -> done(Optional.of("terminated")))
                    .build();
        }

        private Behavior<Object> onEvent(ConnectionEvent event) {
            return switch (event) {
                case ConnectionEvent.Received(ByteString data) -> onReceived(data.toArrayUnsafe());
                case ConnectionEvent.Written _ -> {
                    if (!finishing) {
                        write();
                    } else if (!closed) {
                        closed = true;
                        end.connection.tell(ConnectionCommand.CloseOutput.INSTANCE);
                    }
                    yield this;
                }
                case ConnectionEvent.PeerClosed _ -> this;
                case ConnectionEvent.Closed _ -> done(Optional.empty());
                case ConnectionEvent.Failed(Throwable cause) -> done(Optional.of(cause.getMessage()));
            };
        }

        private Behavior<Object> onReceived(byte[] octets) {
            if (!Arrays.equals(octets, 0, octets.length, OCTETS, receiveAt, receiveAt + octets.length)) {
                end.connection.tell(ConnectionCommand.Abort.INSTANCE);
                return done(Optional.of("damaged after " + end.received.get() + " octets"));
            }
            receiveAt = (receiveAt + octets.length) % PATTERN;
            end.received.addAndGet(octets.length);
            end.connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
            return this;
        }

        private void write() {
            end.connection.tell(new ConnectionCommand.Write(ByteString.fromArrayUnsafe(OCTETS, sendAt, WRITE)));
            sendAt = (sendAt + WRITE) % PATTERN;
            sent += WRITE;
        }

        private Behavior<Object> done(Optional<String> failure) {
            end.outcome.complete(new Outcome(sent, end.received.get(), failure));
            return Behaviors.stopped();
        }
    }
}
