package io.fourtuple.benchmarks.interop;

import io.fourtuple.nic.sim.LinkConfig;
import java.time.Duration;
import java.util.Locale;

/** What a cell's link does to frames besides losing and delaying them. */
enum Fault {
    /** Nothing. */
    NONE {
        @Override
        LinkConfig on(LinkConfig link) {
            return link;
        }
    },
    /** Two frames in a hundred are held back by half of the delay, and 1 ms at least: others overtake them. */
    REORDERING {
        @Override
        LinkConfig on(LinkConfig link) {
            Duration half = link.delay().dividedBy(2);
            Duration least = Duration.ofMillis(1);
            return link.withReordering(0.02, half.compareTo(least) < 0 ? least : half);
        }
    },
    /** Two frames in a hundred arrive twice. */
    DUPLICATION {
        @Override
        LinkConfig on(LinkConfig link) {
            return link.withDuplication(0.02);
        }
    },
    /** One bit of one frame in a hundred is inverted, which a checksum finds. */
    CORRUPTION {
        @Override
        LinkConfig on(LinkConfig link) {
            return link.withCorruption(0.01);
        }
    };

    /** The link with this fault. */
    abstract LinkConfig on(LinkConfig link);

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
