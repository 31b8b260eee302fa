package io.fourtuple.nic.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Rules in the order in which they were made. */
final class RuleList {
    /** Copied when it changes, so that a predicate may add and remove rules. */
    private List<Rule> rules = List.of();
    private final String owner;
    private int made;

    /** {@code owner} is added to the names of rules, which need it to be told apart; empty for none. */
    RuleList(String owner) {
        this.owner = owner;
    }

    Rule add(Predicate<? super PacketView> predicate, Verdict verdict) {
        Rule rule = new Rule(this, name(++made), predicate, verdict);
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        rules = List.copyOf(more);
        return rule;
    }

    private String name(int number) {
        return "rule " + number + (owner.isEmpty() ? "" : " of " + owner);
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
