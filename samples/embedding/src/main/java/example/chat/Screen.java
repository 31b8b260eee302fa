package example.chat;

import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What one connection is shown: a bounded queue of lines. May be used after the connection is gone, to no effect.
 *
 * @param lines the queue; an empty element is the end
 * @param wire cuts the connection off
 */
record Screen(BoundedSourceQueue<Optional<String>> lines, UniqueKillSwitch wire) {
    /**
     * A screen, and the lines that it emits.
     *
     * @param lines how many may wait
     */
    static Pair<Screen, Source<String, NotUsed>> create(int lines, ActorSystem<?> system) {
        Pair<Screen, Source<Optional<String>, NotUsed>> screen = Source.<Optional<String>>queue(lines)
                .viaMat(KillSwitches.single(), Keep.both())
                .mapMaterializedValue(ends -> new Screen(ends.first(), ends.second()))
                .preMaterialize(system);
        return Pair.create(screen.first(), screen.second().takeWhile(Optional::isPresent).map(Optional::get));
    }

    /** Shows a line. False when there is no room for it, as the reader is too slow. */
    boolean show(String line) {
        return lines.offer(Optional.of(line)) != QueueOfferResult.dropped();
    }

    /** Shows nothing more: the connection ends when all has been read. */
    void end() {
        if (lines.offer(Optional.empty()) == QueueOfferResult.dropped()) {
            cutOff();
        }
    }

    /** Ends the connection at once. */
    void cutOff() {
        wire.abort(new IllegalStateException("reads too slowly"));
    }
}
