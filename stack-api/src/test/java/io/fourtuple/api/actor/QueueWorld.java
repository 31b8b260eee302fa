package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.actor.QueueModel.Kind;
import io.fourtuple.api.actor.QueueModel.Peer;
import io.fourtuple.api.actor.QueueModel.Segment;
import io.fourtuple.api.actor.QueueModel.State;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A stack, the peer at the other end of its wire and the program that accepts, all on one loop, one step after the
 * other. A step is over when the loop has run through so many turns that no chain of messages can be longer; then
 * everything is compared with a {@link QueueModel}.
 */
final class QueueWorld {
    static final int LINUX_SYN_BOUND = 3;

    /** More turns than any chain of messages has links. */
    private static final int TURNS = 40;
    private static final int SERVER_PORT = 7;
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final List<Counter> COUNTED = List.of(
            Counter.TCP_EXT_REQ_Q_FULL_DROP,
            Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES,
            Counter.TCP_EXT_SYNCOOKIES_SENT,
            Counter.TCP_EXT_SYNCOOKIES_RECV,
            Counter.TCP_EXT_SYNCOOKIES_FAILED,
            Counter.TCP_EXT_LISTEN_OVERFLOWS,
            Counter.TCP_EXT_LISTEN_DROPS,
            Counter.TCP_EXT_EMBRYONIC_RSTS,
            Counter.TCP_EXT_NO_LISTENER,
            Counter.TCP_EXT_SYN_RECV_TIMEOUTS,
            Counter.TCP_EXT_CONNECTION_LIMIT);

    /** Sees the insides of the listening socket that was made last. */
    static final class Inside implements SpawnHook {
        private ListenerActor listener;

        @Override
        public Behavior<Object> around(Role role, Behavior<Object> behavior) {
            if (behavior instanceof ListenerActor made) {
                listener = made;
            }
            return behavior;
        }

        Shard shard() {
            return listener.shard;
        }
    }

    /** What the program has of a connection. */
    private static final class Got {
        final Accepted accepted;
        final StringBuilder data = new StringBuilder();
        boolean over;

        Got(Accepted accepted) {
            this.accepted = accepted;
        }
    }

    private final Executor loop;
    private final Stack server;
    private final RawPeer peer;
    private final Inside inside;
    private final Profile profile;
    private final SynCookies cookies;
    private final CompletableFuture<Integer> done = new CompletableFuture<>();
    private final ActorRef<Object> program;

    private Random random;
    private QueueModel model;
    private ActorRef<AcceptorCommand> acceptor;
    private int firstPort = 2;
    private int ports;
    private int stepsLeft;
    private int steps;
    private int childrenBefore;
    private final List<String> story = new ArrayList<>();
    /** Ports whose connection has sent its FIN. */
    private final Set<Integer> fins = new HashSet<>();
    private final List<Got> got = new ArrayList<>();
    private final Map<Counter, Long> countersBefore = new EnumMap<>(Counter.class);

    QueueWorld(
            ActorSystem<?> system,
            Executor loop,
            Stack server,
            RawPeer peer,
            Inside inside,
            Profile profile,
            SynCookies cookies) {
        this.loop = loop;
        this.server = server;
        this.peer = peer;
        this.inside = inside;
        this.profile = profile;
        this.cookies = cookies;
        program = system.systemActorOf(program(), "program",
                DispatcherSelector.fromConfig(server.config().loopDispatcher()));
    }

    /** Runs an interleaving for each seed. Completed with the number of all steps, or with what went wrong. */
    CompletableFuture<Integer> run(PrimitiveIterator.OfInt seeds) {
        program.tell((Runnable) () -> settle(() -> { // an actor of the system starts when it likes
            childrenBefore = children();
            next(seeds);
        }));
        return done;
    }

    // ---- one thing after the other ----

    private void settle(Runnable then) {
        turn(TURNS, then);
    }

    private void turn(int left, Runnable then) {
        loop.execute(() -> {
            if (left > 0) {
                turn(left - 1, then);
                return;
            }
            try {
                then.run();
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(new AssertionError(profile + " " + cookies + " " + story, e));
            }
        });
    }

    private void next(PrimitiveIterator.OfInt seeds) {
        if (!seeds.hasNext()) {
            done.complete(steps);
            return;
        }
        int seed = seeds.nextInt();
        random = new Random(31L * (profile + " " + cookies).hashCode() + seed);
        int backlog = 1 + random.nextInt(4);
        story.clear();
        story.add("seed " + seed + " backlog " + backlog);
        got.clear();
        fins.clear();
        firstPort += ports;
        ports = 3 + random.nextInt(8);
        stepsLeft = 15 + random.nextInt(40);
        model = new QueueModel(profile, cookies, backlog, LINUX_SYN_BOUND);
        COUNTED.forEach(counter -> countersBefore.put(counter, count(counter)));
        server.ref().tell(new StackCommand.Bind(
                new InetSocketAddress(TwoStacks.SERVER, SERVER_PORT), backlog, List.of(), program.narrow()));
        settle(() -> step(seeds));
    }

    private long count(Counter counter) {
        return inside.listener == null ? 0 : inside.listener.shard.counters.get(counter);
    }

    private void step(PrimitiveIterator.OfInt seeds) {
        compare();
        steps++;
        stepsLeft--;
        if (stepsLeft > 0) {
            act();
            settle(() -> step(seeds));
        } else if (!model.isClosed()) {
            arriveAndClose(List.of());
            settle(() -> step(seeds));
        } else if (resetEverything()) {
            settle(() -> step(seeds));
        } else {
            assertNothingLeft();
            next(seeds);
        }
    }

    // ---- what may happen ----

    private void act() {
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4 -> arrive(List.of(new Segment(Kind.SYN, anyPort())));
            case 5, 6, 7, 8, 9 -> arrive(List.of(segment(Kind.ACK, anyPort())));
            case 10, 11, 12 -> arrive(List.of(segment(Kind.DATA, anyPort())));
            case 13, 14 -> arrive(List.of(segment(Kind.RST, anyPort())));
            case 15, 16, 17 -> arrive(together());
            case 18, 19, 20 -> demand();
            case 21, 22 -> endOne();
            default -> {
                if (random.nextInt(4) == 0 && !model.isClosed()) {
                    arriveAndClose(random.nextBoolean() ? together() : List.of());
                } else {
                    arrive(together());
                }
            }
        }
    }

    private int anyPort() {
        return firstPort + random.nextInt(ports);
    }

    /** Data for a connection that the program has closed would end it; that is another test's business. */
    private Segment segment(Kind kind, int port) {
        boolean closing = kind == Kind.DATA && model.state(port) == State.CLOSING;
        return new Segment(closing ? Kind.ACK : kind, port);
    }

    /** Segments that arrive in one batch: one of each port, or SYNs twice of one that has no connection. */
    private List<Segment> together() {
        List<Segment> segments = new ArrayList<>();
        for (int port = firstPort; port < firstPort + ports; port++) {
            if (random.nextBoolean()) {
                continue;
            }
            Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            segments.add(segment(kind, port));
            boolean connected = model.state(port) != State.NONE && model.state(port) != State.HALF_OPEN;
            if (kind == Kind.SYN && !connected && random.nextInt(3) == 0) {
                segments.add(new Segment(Kind.SYN, port));
            }
        }
        return segments;
    }

    private void arrive(List<Segment> segments) {
        story.add(segments.toString());
        segments.forEach(this::send);
        model.arrive(segments);
    }

    private void arriveAndClose(List<Segment> segments) {
        story.add(segments + " and close");
        segments.forEach(this::send);
        acceptor.tell(new AcceptorCommand.Unbind(program.narrow()));
        model.arriveAndClose(segments);
    }

    private void send(Segment segment) {
        int port = segment.port();
        switch (segment.kind()) {
            case SYN -> peer.syn(port);
            case ACK -> peer.ack(port);
            case DATA -> peer.data(port, text(port));
            case RST -> peer.send(port, TcpFlags.RST, 1 + octetsSent(port), "");
        }
    }

    private int octetsSent(int port) {
        return switch (model.state(port)) {
            case NONE, HALF_OPEN -> 0;
            case WAITING, ACCEPTED, CLOSING -> model.connection(port).hasData ? text(port).length() : 0;
        };
    }

    private static String text(int port) {
        return "data of " + port;
    }

    private void demand() {
        if (!model.isClosed()) {
            int connections = 1 + random.nextInt(2);
            story.add("accept " + connections);
            acceptor.tell(new AcceptorCommand.Demand(connections, program.narrow()));
            model.demand(connections);
        }
    }

    /** The program closes or aborts one of its connections. */
    private void endOne() {
        List<Peer> accepted = model.accepted();
        for (int i = 0; i < accepted.size(); i++) {
            Peer connection = accepted.get(i);
            if (connection.alive && model.state(connection.port) == State.ACCEPTED) {
                boolean abort = random.nextBoolean();
                story.add((abort ? "abort " : "close ") + connection.port);
                if (abort) {
                    got.get(i).accepted.connection().tell(ConnectionCommand.Abort.INSTANCE);
                    model.abort(connection);
                } else {
                    got.get(i).accepted.connection().tell(ConnectionCommand.Close.INSTANCE);
                    model.close(connection);
                }
                return;
            }
        }
    }

    /** The peer resets what it has; false when it has nothing. */
    private boolean resetEverything() {
        List<Segment> resets = new ArrayList<>();
        for (int port = firstPort; port < firstPort + ports; port++) {
            if (model.state(port) != State.NONE) {
                resets.add(new Segment(Kind.RST, port));
            }
        }
        if (!resets.isEmpty()) {
            arrive(resets);
        }
        return !resets.isEmpty();
    }

    // ---- the program ----

    private Behavior<Object> program() {
        return Behaviors.receive((context, message) -> {
            switch (message) {
                case BindReply.Bound bound -> acceptor = bound.acceptor();
                case Accepted accepted -> {
                    Got connection = new Got(accepted);
                    got.add(connection);
                    ActorRef<ConnectionEvent> handler = context.spawnAnonymous(
                            handler(connection), DispatcherSelector.sameAsParent());
                    accepted.connection().tell(new ConnectionCommand.Register(handler));
                    accepted.connection().tell(ConnectionCommand.ResumeReading.INSTANCE);
                }
                case Unbound _ -> { }
                case Runnable start -> start.run();
                default -> throw new AssertionError("nobody asked for " + message);
            }
            return Behaviors.same();
        });
    }

    private static Behavior<ConnectionEvent> handler(Got connection) {
        return Behaviors.receiveMessage(event -> switch (event) {
            case ConnectionEvent.Received received -> {
                connection.data.append(received.data().utf8String());
                connection.accepted.connection().tell(ConnectionCommand.ResumeReading.INSTANCE);
                yield Behaviors.same();
            }
            case ConnectionEvent.Closed _, ConnectionEvent.Failed _ -> {
                connection.over = true;
                yield Behaviors.stopped();
            }
            case ConnectionEvent.Written _, ConnectionEvent.PeerClosed _ -> Behaviors.same();
        });
    }

    // ---- what must hold after every step ----

    private void compare() {
        assertThat(takeAnswers()).as("answers").isEqualTo(model.takeAnswers());
        fins.removeIf(port -> model.state(port) != State.CLOSING);
        Shard shard = inside.listener.shard;
        ListeningSocket socket = inside.listener.socket;
        ListenQueues queues = socket.queues();
        assertThat(queues.syn().bound()).as("bound of the SYN queue").isEqualTo(model.synBound());
        assertThat(queues.accept().bound()).as("bound of the accept queue").isEqualTo(model.acceptBound());
        assertThat(queues.syn().taken()).as("slots of the SYN queue").isEqualTo(model.halfOpen());
        assertThat(queues.accept().taken()).as("slots of the accept queue").isEqualTo(model.queued());
        assertThat(queues.credit()).as("credit").isEqualTo(model.credit());
        assertThat(halfOpen(socket)).as("list of half-open connections").isEqualTo(model.halfOpen());
        long connections = model.count(State.WAITING) + model.count(State.ACCEPTED) + model.count(State.CLOSING);
        assertThat(shard.connections()).as("connections").isEqualTo((int) connections);
        assertThat(states(shard)).as("table of flows").isEqualTo(modelStates());
        Map<Counter, Long> counted = new EnumMap<>(Counter.class);
        for (Counter counter : COUNTED) {
            long grown = shard.counters.get(counter) - countersBefore.get(counter);
            if (grown > 0) {
                counted.put(counter, grown);
            }
        }
        assertThat(counted).as("counters").isEqualTo(model.counters());
        compareProgram(socket.closed);
    }

    private void compareProgram(boolean closed) {
        assertThat(closed).as("closed").isEqualTo(model.isClosed());
        List<Peer> accepted = model.accepted();
        assertThat(got.stream().map(each -> each.accepted.remote().getPort()).toList()).as("handed over")
                .isEqualTo(accepted.stream().map(each -> each.port).toList());
        int alive = 0;
        for (int i = 0; i < got.size(); i++) {
            Peer connection = accepted.get(i);
            boolean open = connection.alive && model.state(connection.port) == State.ACCEPTED;
            if (connection.alive) {
                alive++;
                assertThat(got.get(i).data).as("received from %d", connection.port)
                        .hasToString(connection.hasData ? text(connection.port) : "");
            }
            if (open || !connection.alive) {
                assertThat(got.get(i).over).as("end of %d", connection.port).isEqualTo(!connection.alive);
            }
        }
        int ofSocket = closed ? 0 : 2;
        assertThat(children()).as("actors").isEqualTo(childrenBefore + ofSocket + alive + model.queued());
    }

    private static int halfOpen(ListeningSocket socket) {
        int count = 0;
        for (HalfOpenEntry entry = socket.anyHalfOpen(); entry != null; entry = entry.next) {
            count++;
        }
        return count;
    }

    private static Map<Integer, String> states(Shard shard) {
        Map<Integer, String> states = new TreeMap<>();
        shard.flows.forEach(flow -> states.put(flow.tuple().remotePort(), switch (flow) {
            case HalfOpenEntry _ -> "half-open";
            case ConnectionEntry entry -> entry.waitingIn == null ? "accepted" : "waiting";
            case TimeWaitEntry _ -> "TIME-WAIT";
        }));
        assertThat(shard.flows.size()).isEqualTo(states.size());
        return states;
    }

    private Map<Integer, String> modelStates() {
        Map<Integer, String> states = new TreeMap<>();
        for (int port = firstPort; port < firstPort + ports; port++) {
            switch (model.state(port)) {
                case NONE -> { }
                case HALF_OPEN -> states.put(port, "half-open");
                case WAITING -> states.put(port, "waiting");
                case ACCEPTED, CLOSING -> states.put(port, "accepted");
            }
        }
        return states;
    }

    private Map<Integer, String> takeAnswers() {
        Map<Integer, String> answers = new HashMap<>();
        peer.pollAll().forEach((port, segments) -> {
            StringBuilder text = new StringBuilder();
            for (TcpSegment segment : segments) {
                text.append(letter(port, segment));
            }
            if (!text.isEmpty()) {
                answers.put(port, text.toString());
            }
        });
        return answers;
    }

    /** A FIN counts once: ACKs of the peer that acknowledge nothing new make TCP send it again. */
    private String letter(int port, TcpSegment segment) {
        if (segment.has(TcpFlags.SYN)) {
            return "S";
        }
        if (segment.has(TcpFlags.RST)) {
            return "R";
        }
        return segment.has(TcpFlags.FIN) && fins.add(port) ? "F" : "";
    }

    private void assertNothingLeft() {
        Shard shard = inside.listener.shard;
        assertThat(shard.flows.size()).as("flows").isZero();
        assertThat(shard.connections()).as("connections").isZero();
        assertThat(shard.timers.size()).as("timers").isZero();
        assertThat(children()).as("actors").isEqualTo(childrenBefore);
        assertThat(got).as("handlers told of the end").allMatch(each -> each.over);
    }

    private int children() {
        return children(server);
    }

    /** How many actors a stack has. */
    static int children(Stack stack) {
        return ((ActorRefWithCell) Adapter.toClassic(stack.ref())).underlying().childrenRefs().children().size();
    }
}
