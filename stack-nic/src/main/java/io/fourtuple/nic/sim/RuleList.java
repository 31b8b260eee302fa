package io.fourtuple.nic.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Rules in the order in which they were made. */
final class RuleList {
    /** Copied when it changes, so that a predicate may add and remove rules. */
    private List<Rule> rules = List.of();
    private int made;

    Rule add(Predicate<? super PacketView> predicate, Verdict verdict) {
        Rule rule = new Rule(this, ++made, predicate, verdict);
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        rules = List.copyOf(more);
        return rule;
    }

    void remove(Rule rule) {
        rules = rules.stream().filter(other -> other != rule).toList();
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    /** The first one that applies, or null. */
    Rule find(PacketView packet) {
        for (Rule rule : rules) {
            if (rule.appliesTo(packet)) {
                return rule;
            }
        }
        return null;
    }
}
