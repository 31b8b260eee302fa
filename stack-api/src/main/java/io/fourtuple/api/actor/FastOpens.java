package io.fourtuple.api.actor;

import io.fourtuple.api.actor.PassiveOpens.Admission;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.FastOpenCookies.Verdict;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Optional;

/**
 * The server's part in Fast Open (RFC 7413 §4.2.2): a SYN with a good cookie makes a connection at once, which has
 * taken what came with it and waits to be accepted. Confined to the stack actor.
 *
 * <pre>
 *   SYN, cookie good ─▶ place of {@link FastOpenQueue} ─▶ slot of the accept queue ─▶ connection ─▶ AcceptorActor
 *                       └ none ────────────────────────────┴ none ─▶ handshake as ever: the data come again
 *   SYN, cookie bad, or asked for ─▶ handshake as ever, with a cookie in the SYN-ACK
 * </pre>
 */
final class FastOpens {
    private final Shard shard;
    private final PassiveOpens opens;
    private final Counters counters;

    FastOpens(Shard shard, PassiveOpens opens) {
        this.shard = shard;
        this.opens = opens;
        counters = shard.counters;
    }

    /**
     * What a SYN with the option or with data leads to.
     *
     * @return what the SYN-ACK of a handshake as ever says of Fast Open; empty when the connection is made
     */
    Optional<FastOpenOption> answer(ListeningSocket socket, FourTuple tuple, TcpSegment syn) {
        FastOpenQueue queue = socket.queues().fastOpen();
        FastOpenOption asked = syn.options().fastOpen();
        if (asked.isRequest()) {
            counters.increment(Counter.TCP_EXT_FAST_OPEN_COOKIE_REQD);
        }
        if (!queue.isOpen() || (!asked.present() && !queue.rules().serverWithoutCookie())) {
            return Optional.of(FastOpenOption.ABSENT);
        }
        FastOpenOption given = FastOpenOption.of(
                queue.cookies().cookie(tuple.remote(), tuple.local()), asked.experimental());
        if (queue.rules().serverWithoutCookie()) {
            return open(socket, tuple, syn, FastOpenOption.ABSENT)
                    ? Optional.empty()
                    : Optional.of(FastOpenOption.ABSENT);
        }
        if (asked.isRequest()) {
            return Optional.of(given);
        }
        Verdict verdict = queue.cookies().check(asked.cookie(), tuple.remote(), tuple.local());
        return switch (verdict) {
            case BAD -> {
                counters.increment(Counter.TCP_EXT_FAST_OPEN_PASSIVE_FAIL);
                yield Optional.of(given);
            }
            case GOOD -> open(socket, tuple, syn, FastOpenOption.ABSENT)
                    ? Optional.empty()
                    : Optional.of(FastOpenOption.ABSENT);
            case OLD -> {
                boolean opened = open(socket, tuple, syn, given);
                if (opened) {
                    counters.increment(Counter.TCP_EXT_FAST_OPEN_PASSIVE_ALT_KEY);
                }
                yield opened ? Optional.empty() : Optional.of(given);
            }
        };
    }

    /** Makes the connection, if there is a place for it and a slot of the accept queue. */
    private boolean open(ListeningSocket socket, FourTuple tuple, TcpSegment syn, FastOpenOption answer) {
        Path path = shard.ip.pathOf(tuple, SourceRoute.NONE);
        if (path == null || socket.queues().accept().isFull()) { // what that means is seen to where all SYNs are
            return false;
        }
        FastOpenQueue queue = socket.queues().fastOpen();
        long now = shard.now();
        if (!queue.tryTake(now)) {
            counters.increment(Counter.TCP_EXT_FAST_OPEN_LISTEN_OVERFLOW);
            return false;
        }
        if (opens.admit(socket, tuple) != Admission.ADMITTED) {
            queue.giveBack(false, now);
            counters.increment(Counter.TCP_EXT_FAST_OPEN_PASSIVE_FAIL);
            return false;
        }
        HalfOpen record = HalfOpen.of(
                tuple,
                syn,
                shard.isns.next(tuple, now),
                shard.timestampOffsets.of(tuple),
                path.properties(),
                socket.tcp(),
                now);
        ConnectionEntry entry = new ConnectionEntry(record.open(syn, answer, shard.memory, now), path);
        entry.fastOpen = queue;
        opens.begin(socket, entry, syn, now);
        counters.increment(Counter.TCP_EXT_FAST_OPEN_PASSIVE);
        return true;
    }
}
