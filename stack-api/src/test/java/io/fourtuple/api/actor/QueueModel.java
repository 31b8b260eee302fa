package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.core.Counter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the passive open is to do, in the simplest words: two queues, some counters, and for each port of the peer what
 * has become of it. Written from the table in {@code docs/bounds.md}, with nothing of the code under test.
 */
final class QueueModel {
    /** Something that the peer sends. */
    enum Kind { SYN, ACK, DATA, RST }

    /** A segment from one port. */
    record Segment(Kind kind, int port) {
        @Override
        public String toString() {
            return kind + " " + port;
        }
    }

    /** What the peer was last told by a SYN-ACK. */
    private enum Told { NOTHING, RECORD, COOKIE }

    enum State { NONE, HALF_OPEN, WAITING, ACCEPTED, CLOSING }

    /** One connection, from its establishment on. */
    static final class Peer {
        final int port;
        boolean alive = true;
        boolean hasData;

        Peer(int port) {
            this.port = port;
        }
    }

    private static final class Port {
        State state = State.NONE;
        Told told = Told.NOTHING;
        Peer connection;
    }

    private final Profile profile;
    private final SynCookies cookies;
    private final int synBound;
    private final int acceptBound;
    private final Map<Integer, Port> ports = new TreeMap<>();
    private final Deque<Peer> queue = new ArrayDeque<>();
    private final List<Peer> accepted = new ArrayList<>();
    private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    private final Map<Integer, StringBuilder> answers = new TreeMap<>();
    private int halfOpen;
    /** SYNs of this batch that have a slot and no record. */
    private final List<Integer> pending = new ArrayList<>();
    private long credit;
    private boolean cookieSent;
    private boolean closed;

    QueueModel(Profile profile, SynCookies cookies, int backlog, int linuxSynBound) {
        this.profile = profile;
        this.cookies = cookies;
        synBound = profile == Profile.LINUX ? linuxSynBound : Math.max(1, backlog * 3 / 2);
        acceptBound = profile == Profile.LINUX ? backlog + 1 : backlog;
    }

    // ---- what happens ----

    /** Segments that arrive together. */
    void arrive(List<Segment> segments) {
        segments.forEach(this::arrive);
        pending.forEach(this::listen);
        pending.clear();
        handOut();
    }

    /** Segments arrive together while the owner closes the socket: they are seen to first, but not handed out. */
    void arriveAndClose(List<Segment> segments) {
        credit = 0;
        segments.forEach(this::arrive);
        ports.forEach((number, port) -> {
            if (port.state == State.HALF_OPEN) {
                port.state = State.NONE;
                answer(number, 'R');
            }
        });
        halfOpen = 0;
        pending.forEach(number -> answer(number, 'R'));
        pending.clear();
        for (Peer waiting : queue) {
            if (waiting.alive) {
                answer(waiting.port, 'R');
                die(waiting);
            }
        }
        queue.clear();
        closed = true;
    }

    void demand(int connections) {
        credit += connections;
        handOut();
    }

    void abort(Peer connection) {
        answer(connection.port, 'R');
        die(connection);
    }

    void close(Peer connection) {
        answer(connection.port, 'F');
        ports.get(connection.port).state = State.CLOSING;
    }

    private void arrive(Segment segment) {
        Port port = ports.computeIfAbsent(segment.port(), _ -> new Port());
        switch (port.state) {
            case NONE -> arriveAtListener(segment, port);
            case HALF_OPEN -> arriveAtRecord(segment, port);
            case WAITING, ACCEPTED, CLOSING -> {
                switch (segment.kind()) {
                    case RST -> die(port.connection);
                    case DATA -> port.connection.hasData = true;
                    case SYN, ACK -> { } // answered with an ACK at most
                }
            }
        }
    }

    private void arriveAtListener(Segment segment, Port port) {
        int number = segment.port();
        switch (segment.kind()) {
            case RST -> { }
            case SYN -> {
                if (closed) {
                    count(Counter.TCP_EXT_NO_LISTENER);
                    answer(number, 'R');
                } else {
                    admit(number, port);
                }
            }
            case ACK, DATA -> {
                boolean good = cookieSent && !closed && port.told == Told.COOKIE;
                if (cookieSent && !closed) {
                    count(good ? Counter.TCP_EXT_SYNCOOKIES_RECV : Counter.TCP_EXT_SYNCOOKIES_FAILED);
                }
                boolean full = queue.size() >= acceptBound;
                if (!good) {
                    if (!(cookieSent && !closed && full && profile != Profile.RST)) {
                        answer(number, 'R');
                    } // else it may follow a final ACK that was ignored
                } else if (queue.size() < acceptBound) {
                    establish(segment, port);
                } else {
                    overflow();
                    if (profile == Profile.RST) {
                        answer(number, 'R');
                    }
                }
            }
        }
    }

    private void admit(int number, Port port) {
        if (profile == Profile.LINUX && queue.size() >= acceptBound) {
            overflow();
        } else if (cookies == SynCookies.ALWAYS) {
            sendCookie(number, port);
        } else if (halfOpen + pending.size() < synBound) {
            pending.add(number);
        } else if (cookies == SynCookies.OFF) {
            count(Counter.TCP_EXT_REQ_Q_FULL_DROP);
        } else {
            count(Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES);
            sendCookie(number, port);
        }
    }

    private void sendCookie(int number, Port port) {
        count(Counter.TCP_EXT_SYNCOOKIES_SENT);
        cookieSent = true;
        port.told = Told.COOKIE;
        answer(number, 'S');
    }

    /** The listener takes a SYN from its queue; one that has a record by now is one that came again. */
    private void listen(int number) {
        Port port = ports.get(number);
        if (port.state == State.NONE) {
            port.state = State.HALF_OPEN;
            halfOpen++;
        }
        port.told = Told.RECORD;
        answer(number, 'S');
    }

    private void arriveAtRecord(Segment segment, Port port) {
        int number = segment.port();
        switch (segment.kind()) {
            case SYN -> answer(number, 'S');
            case RST -> {
                count(Counter.TCP_EXT_EMBRYONIC_RSTS);
                leaveRecord(port);
            }
            case ACK, DATA -> {
                if (queue.size() < acceptBound) {
                    leaveRecord(port);
                    establish(segment, port);
                } else {
                    overflow();
                    if (profile == Profile.RST) {
                        leaveRecord(port);
                        answer(number, 'R');
                    }
                }
            }
        }
    }

    private void leaveRecord(Port port) {
        port.state = State.NONE;
        halfOpen--;
    }

    private void establish(Segment ack, Port port) {
        port.state = State.WAITING;
        port.connection = new Peer(ack.port());
        port.connection.hasData = ack.kind() == Kind.DATA;
        queue.add(port.connection);
    }

    private void overflow() {
        count(Counter.TCP_EXT_LISTEN_OVERFLOWS);
        count(Counter.TCP_EXT_LISTEN_DROPS);
    }

    private void handOut() {
        while (credit > 0 && !queue.isEmpty()) {
            credit--;
            Peer next = queue.remove();
            accepted.add(next);
            if (next.alive) {
                ports.get(next.port).state = State.ACCEPTED;
            }
        }
    }

    private void die(Peer connection) {
        connection.alive = false;
        ports.get(connection.port).state = State.NONE;
    }

    private void count(Counter counter) {
        counters.merge(counter, 1L, Long::sum);
    }

    private void answer(int port, char what) {
        answers.computeIfAbsent(port, _ -> new StringBuilder()).append(what);
    }

    // ---- what is there now ----

    /** Who was told what since this was last asked: S for SYN-ACK, R for RST, F for FIN; ACKs are left out. */
    Map<Integer, String> takeAnswers() {
        Map<Integer, String> taken = new TreeMap<>();
        answers.forEach((port, text) -> taken.put(port, text.toString()));
        answers.clear();
        return taken;
    }

    State state(int port) {
        return ports.containsKey(port) ? ports.get(port).state : State.NONE;
    }

    /** The connection of a port whose state says that there is one. */
    Peer connection(int port) {
        return ports.get(port).connection;
    }

    /** Connections in the order in which they were handed out, those that are over included. */
    List<Peer> accepted() {
        return accepted;
    }

    long count(State state) {
        return ports.values().stream().filter(port -> port.state == state).count();
    }

    /** Connections that nobody has accepted, those that are over included. */
    int queued() {
        return queue.size();
    }

    int halfOpen() {
        return halfOpen;
    }

    long credit() {
        return credit;
    }

    boolean isClosed() {
        return closed;
    }

    Map<Counter, Long> counters() {
        return counters;
    }

    int synBound() {
        return synBound;
    }

    int acceptBound() {
        return acceptBound;
    }
}
