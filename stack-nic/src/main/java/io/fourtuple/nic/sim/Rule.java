package io.fourtuple.nic.sim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is to happen to some packets: a predicate and a verdict.
 *
 * <pre>{@code
 * network.rule(PacketView::isSyn, Verdict.drop()).skip(2).limit(1);       // the third SYN is lost
 * network.rule(p -> p.isSyn() && p.isFirst(), Verdict.drop());            // each SYN is lost once
 * link.forward().rule(p -> p.isFrom("10.0.0.1"), Verdict.deliver(ofMillis(300)));
 * }</pre>
 *
 * <p>Of several rules the first one that applies counts. Confined to the simulation's thread.
 */
public final class Rule {
    /** How many packets a rule remembers for {@link PacketView#isFirst}. */
    static final int MAX_SIGHTINGS = 65_536;

    private final RuleList list;
    private final Predicate<? super PacketView> predicate;
    private final Verdict verdict;
    private final String name;
    private final Set<Object> sightings = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Boolean> eldest) {
            return size() > MAX_SIGHTINGS;
        }
    });
    private long skip;
    private long limit = Long.MAX_VALUE;
    private long matches;
    private long applied;

    Rule(RuleList list, String name, Predicate<? super PacketView> predicate, Verdict verdict) {
        this.list = list;
        this.predicate = Objects.requireNonNull(predicate, "predicate");
        this.verdict = Objects.requireNonNull(verdict, "verdict");
        this.name = name;
    }

    /** Lets so many packets pass that the predicate is true for, at least 0, before the rule applies. */
    public Rule skip(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("a rule cannot skip " + count + " packets");
        }
        skip = count;
        return this;
    }

    /** Ends the rule after it has applied so many times, at least 0; as far as it has not yet. */
    public Rule limit(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("a rule cannot be limited to " + count + " packets");
        }
        limit = count;
        return this;
    }

    /** Takes it away. Twice is no error. */
    public void remove() {
        list.remove(this);
    }

    /** For how many packets the predicate was true so far, those that were skipped included. */
    public long matches() {
        return matches;
    }

    /** To how many packets it was applied so far. */
    public long applied() {
        return applied;
    }

    Verdict verdict() {
        return verdict;
    }

    boolean appliesTo(PacketView packet) {
        if (applied >= limit || !predicate.test(packet.seenBy(this))) {
            return false;
        }
        matches++;
        if (matches <= skip) {
            return false;
        }
        applied++;
        return true;
    }

    /** Whether this is the first packet with this identity that the rule looks at. */
    boolean seesFirst(Object identity) {
        return sightings.add(identity);
    }

    @Override
    public String toString() {
        return name;
    }
}
