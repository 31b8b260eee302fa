package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.Faults;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Optional;

/**
 * The passive open, step by step, but for the record that {@link ListenerActor} makes of a SYN. Confined to the stack
 * actor, as are the mailboxes that call back when they overflow.
 *
 * <pre>
 *   SYN ─▶ {@link #onSyn} ─┬▶ {@link FastOpens}: connection, SYN-ACK
 *                          └▶ SYN queue ─▶ ListenerActor: record, SYN-ACK
 *                            └ full ─▶ {@link #onSynOverflow}: cookie, or drop
 *   final ACK, of a record ─▶ {@link #onSegment}  ─┐
 *   final ACK, of a cookie ─▶ {@link #onCookie}   ─┴▶ slot of the accept queue ─▶ connection ─▶ AcceptorActor
 * </pre>
 */
final class PassiveOpens {
    private final Shard shard;
    private final Shards shards;
    private final Opens opens;
    private final Counters counters;
    private final FastOpens fastOpens;

    PassiveOpens(Shard shard, Opens opens) {
        this.shard = shard;
        shards = shard.shards;
        this.opens = opens;
        counters = shard.counters;
        fastOpens = new FastOpens(shard, this);
    }

    // ---- SYN ----

    /** A segment with SYN alone, for a listening socket: to its queue, unless that is full. */
    void onSyn(ListeningSocket socket, FourTuple tuple, TcpSegment segment, SourceRoute back) {
        boolean opens = !segment.has(TcpFlags.FIN)
                || shard.config.tcp().traits().synFin() == HostTraits.SynFin.OPENS;
        if (opens) { // else it is worth no answer
            FastOpenOption answer = FastOpenOption.ABSENT;
            FastOpenQueue fast = socket.queues().fastOpen();
            if (segment.options().fastOpen().present() || (segment.payloadLength() > 0 && fast.isOpen())) {
                Optional<FastOpenOption> said = fastOpens.answer(socket, tuple, segment);
                if (said.isEmpty()) {
                    return;
                }
                answer = said.get();
            }
            SynArrived syn = new SynArrived(this, socket, tuple, segment, answer, back);
            if (shard.fires(Faults.SYN_QUEUE_FULL)) {
                onSynOverflow(syn, LaneData.Overflow.SYN_QUEUE_FULL);
            } else {
                socket.listener.tell(syn);
            }
        }
    }

    /** The SYN queue did not take a SYN: it is answered without being remembered, or its sender tries again. */
    void onSynOverflow(SynArrived syn, LaneData.Overflow cause) {
        switch (cause) {
            case COOKIE_FOR_EVERY_SYN -> sendCookie(syn);
            case SYN_QUEUE_FULL -> {
                if (syn.socket().queues().rules().syncookies() == SynCookies.OFF) {
                    counters.increment(Counter.TCP_EXT_REQ_Q_FULL_DROP);
                } else {
                    counters.increment(Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES);
                    sendCookie(syn);
                }
            }
            case ACCEPT_QUEUE_FULL -> {
                counters.increment(Counter.TCP_EXT_LISTEN_OVERFLOWS);
                counters.increment(Counter.TCP_EXT_LISTEN_DROPS);
            }
            case NOT_ATTACHED -> counters.increment(Counter.TCP_EXT_LISTEN_DROPS);
        }
    }

    private void sendCookie(SynArrived syn) {
        FourTuple tuple = syn.tuple();
        Path path = shard.ip.pathOf(tuple, syn.way());
        if (path == null) {
            counters.increment(Counter.IP_OUT_NO_ROUTES);
            return;
        }
        long now = shard.now();
        shard.cookies.fillSynAck(tuple, syn.segment(), shard.timestampOffsets.of(tuple), path.properties(),
                syn.socket().tcp(), shard.out, now);
        syn.socket().queues().noteCookieSent(now); // before any shard may get an answer
        shard.transmitAlone(path, tuple, now);
        counters.increment(Counter.TCP_EXT_SYNCOOKIES_SENT);
    }

    // ---- final ACK ----

    /** A segment of a half-open connection, which it may complete. */
    void onSegment(HalfOpenEntry entry, TcpSegment segment, long now) {
        if (isOfCookie(entry, segment, now)) {
            return;
        }
        if (!shard.handle(entry, segment, now)) {
            return;
        }
        switch (admit(entry.socket, entry.tuple())) {
            case ADMITTED -> {
                shard.leave(entry);
                establish(entry.socket, entry.record, entry.path, segment, now);
            }
            case IGNORED -> {
                // The record stays: its SYN-ACK is sent again and the peer's ACK comes again.
                shard.schedule(entry, entry.record.deadline());
            }
            case RESET -> {
                shard.leave(entry);
                shard.reset(entry.tuple(), segment);
            }
        }
    }

    /**
     * Whether it is the final ACK of a cookie, sent when the SYN came for the first time and found no room: the record
     * is of the same SYN that came again, and gives way. As Linux.
     */
    private boolean isOfCookie(HalfOpenEntry entry, TcpSegment segment, long now) {
        int flags = segment.flags() & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST);
        if (flags != TcpFlags.ACK || entry.record.isAnsweredBy(segment) || !entry.socket.queues().expectsCookies(now)) {
            return false;
        }
        HalfOpen record = readCookie(entry.socket, entry.tuple(), entry.path, segment, now);
        if (record == null) {
            return false;
        }
        switch (admit(entry.socket, entry.tuple())) {
            case ADMITTED -> {
                shard.leave(entry);
                establish(entry.socket, record, entry.path, segment, now);
            }
            case IGNORED -> { }
            case RESET -> {
                shard.leave(entry);
                shard.reset(entry.tuple(), segment);
            }
        }
        return true;
    }

    /**
     * A segment with ACK, without SYN and RST, for a listening socket that has no record of its tuple: the final ACK
     * of a cookie, or one to reset.
     */
    void onCookie(ListeningSocket socket, FourTuple tuple, TcpSegment segment, SourceRoute back, long now) {
        Path path = shard.ip.pathOf(tuple, socket.wayBack(back));
        HalfOpen record = socket.queues().expectsCookies(now)
                ? readCookie(socket, tuple, path, segment, now)
                : null;
        if (record == null) {
            refuse(socket, tuple, segment, now);
            return;
        }
        switch (admit(socket, tuple)) {
            case ADMITTED -> establish(socket, record, path, segment, now);
            case IGNORED -> { }
            case RESET -> shard.reset(tuple, segment);
        }
    }

    /**
     * Resets, but not what may belong to a connection whose final ACK, with the cookie, was ignored just now because
     * the accept queue is full: its peer will begin again with the first octet, and that carries the cookie once more.
     */
    private void refuse(ListeningSocket socket, FourTuple tuple, TcpSegment segment, long now) {
        ListenQueues queues = socket.queues();
        boolean mayComeAgain = queues.expectsCookies(now)
                && queues.accept().isFull()
                && queues.rules().profile() != Profile.RST;
        if (!mayComeAgain) {
            shard.reset(tuple, segment);
        }
    }

    private HalfOpen readCookie(ListeningSocket socket, FourTuple tuple, Path path, TcpSegment segment, long now) {
        HalfOpen record = path == null
                ? null
                : shard.cookies.open(
                        tuple, segment, shard.timestampOffsets.of(tuple), path.properties(), socket.tcp(), now);
        counters.increment(record == null ? Counter.TCP_EXT_SYNCOOKIES_FAILED : Counter.TCP_EXT_SYNCOOKIES_RECV);
        return record;
    }

    enum Admission { ADMITTED, IGNORED, RESET }

    /** Takes what a connection needs before it is made: a place among all, of its source, and in the accept queue. */
    Admission admit(ListeningSocket socket, FourTuple tuple) {
        if (!shards.connections.tryTake()) {
            counters.increment(Counter.TCP_EXT_CONNECTION_LIMIT);
            return Admission.IGNORED;
        }
        if (!shards.sources.tryAddEstablished(tuple.remote())) {
            shards.connections.giveBack();
            counters.increment(Counter.TCP_EXT_SOURCE_ESTAB_LIMIT);
            return Admission.RESET;
        }
        if (shard.fires(Faults.REFUSE_ACCEPT_SLOT) || !socket.queues().accept().tryTake()) {
            giveBack(tuple);
            counters.increment(Counter.TCP_EXT_LISTEN_OVERFLOWS);
            counters.increment(Counter.TCP_EXT_LISTEN_DROPS);
            return socket.queues().rules().profile() == Profile.RST ? Admission.RESET : Admission.IGNORED;
        }
        return Admission.ADMITTED;
    }

    private void establish(ListeningSocket socket, HalfOpen record, Path path, TcpSegment ack, long now) {
        begin(socket, new ConnectionEntry(record.complete(ack, shard.memory, now), path), ack, now);
    }

    /** Gives a connection that was {@linkplain #admit admitted} its actor, and lets it wait to be accepted. */
    void begin(ListeningSocket socket, ConnectionEntry entry, TcpSegment ack, long now) {
        FourTuple tuple = entry.tuple();
        entry.countsForSource = true;
        try {
            opens.spawn(entry, ConnectionActor.ofNobody(shard, entry));
        } catch (RuntimeException e) {
            socket.queues().accept().giveBack();
            giveBack(tuple);
            entry.leaveFastOpen(now);
            entry.connection().abort(now); // what came with its ACK is charged
            shard.reset(tuple, ack);
            throw e;
        }
        entry.enterQueue(socket);
        socket.acceptor.tell(new Established(entry, new Accepted(
                entry.actor.narrow(),
                SocketAddresses.of(tuple.local(), tuple.localPort()),
                SocketAddresses.of(tuple.remote(), tuple.remotePort()))));
    }

    private void giveBack(FourTuple tuple) {
        shards.connections.giveBack();
        shards.sources.removeEstablished(tuple.remote());
    }

    // ---- time, and the end ----

    /** The SYN-ACK of a half-open connection is sent again, or it is given up. */
    void onTimeout(HalfOpenEntry entry, long now) {
        switch (entry.record.handleTimeout(shard.out, now)) {
            case REPLY -> {
                shard.transmitAlone(entry.path, entry.tuple(), now);
                shard.schedule(entry, entry.record.deadline());
            }
            case REMOVE -> {
                counters.increment(Counter.TCP_ATTEMPT_FAILS);
                counters.increment(Counter.TCP_EXT_SYN_RECV_TIMEOUTS);
                shard.leave(entry);
            }
            case IGNORE, SKIPPED, COMPLETE, RESET -> shard.schedule(entry, entry.record.deadline());
        }
    }

    /** A SYN that was queued when its socket closed. */
    void reset(FourTuple tuple, TcpSegment segment) {
        shard.reset(tuple, segment);
    }
}
