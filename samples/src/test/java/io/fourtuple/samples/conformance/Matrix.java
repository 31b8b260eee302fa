package io.fourtuple.samples.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requirements and attacks on one side, tests and decisions on the other. A requirement is fulfilled by a test, or
 * there is a decision: {@code left-out} when nothing of it is there, {@code different} when something else is, which a
 * test shows. A MUST has a test in any case.
 */
final class Matrix {
    static final int TCP = 9293;
    private static final Comparator<String> SECTIONS =
            Comparator.comparing(section -> section.replaceAll("\\d+", "000$0").replaceAll("0*(\\d{3})", "$1"));

    /** A requirement of RFC 9293. */
    record Requirement(String id, String level, String section, String summary) {
        boolean isMust() {
            return level.startsWith("MUST");
        }
    }

    /** Why a requirement is not fulfilled to the letter. */
    record Decision(String id, String kind, String reason) {
        boolean isLeftOut() {
            return kind.equals("left-out");
        }
    }

    /** An attack, and what the stack has to do. */
    record Attacked(int number, String attack, String answer) {}

    private final List<Requirement> requirements = new ArrayList<>();
    private final Map<String, Decision> decisions = new TreeMap<>();
    private final Map<Integer, String> rfcs = new TreeMap<>();
    private final List<Attacked> attacks = new ArrayList<>();
    /** By RFC and rule. */
    private final Map<Integer, Map<String, List<Claim>>> rules = new TreeMap<>();
    private final Map<Integer, List<Claim>> attackers = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    /** The matrix of what these tests claim. */
    Matrix(List<Claim> claims) throws IOException {
        CsvTable.read("rfc9293-requirements.csv")
                .forEach(row -> requirements.add(new Requirement(row.get(0), row.get(1), row.get(2), row.get(3))));
        for (List<String> row : CsvTable.read("decisions.csv")) {
            Decision decision = new Decision(row.get(0), row.get(1), row.get(2));
            if (decisions.put(decision.id(), decision) != null) {
                faults.add("there are two decisions of " + decision.id());
            }
            if (!decision.isLeftOut() && !decision.kind().equals("different")) {
                faults.add("a decision is left-out or different, not " + decision.kind() + ": " + decision.id());
            }
        }
        CsvTable.read("rfcs.csv").forEach(row -> rfcs.put(Integer.valueOf(row.get(0)), row.get(1)));
        CsvTable.read("attacks.csv").forEach(
                row -> attacks.add(new Attacked(Integer.parseInt(row.get(0)), row.get(1), row.get(2))));
        claims.forEach(this::add);
        check();
    }

    private void add(Claim claim) {
        List<Claim> others = switch (claim) {
            case Claim.OfRule rule -> rules.computeIfAbsent(rule.rfc(), _ -> new TreeMap<>(SECTIONS))
                    .computeIfAbsent(rule.rule(), _ -> new ArrayList<>());
            case Claim.OfAttack attack -> attackers.computeIfAbsent(attack.attack(), _ -> new ArrayList<>());
        };
        others.add(claim);
        if (!claim.isTest()) {
            faults.add(claim.name() + " has @Rfc or @Attack, but is no test");
        }
    }

    private void check() {
        requirements.forEach(this::check);
        List<String> ids = requirements.stream().map(Requirement::id).toList();
        decisions.keySet().stream().filter(id -> !ids.contains(id))
                .forEach(id -> faults.add("there is a decision of " + id + ", which RFC 9293 does not have"));
        rules.forEach((rfc, tested) -> {
            if (rfc == TCP) {
                tested.keySet().stream().filter(rule -> !ids.contains(rule) && !isSection(rule))
                        .forEach(rule -> faults.add("RFC 9293 has no " + rule + ": " + names(tested.get(rule))));
            } else if (rfcs.containsKey(rfc)) {
                tested.keySet().stream().filter(rule -> !isSection(rule)).forEach(rule -> faults.add(
                        "a rule of RFC " + rfc + " is a section, not " + rule + ": " + names(tested.get(rule))));
            } else {
                faults.add("rfcs.csv lacks RFC " + rfc);
            }
        });
        rfcs.keySet().stream().filter(rfc -> !rules.containsKey(rfc))
                .forEach(rfc -> faults.add("nothing tests RFC " + rfc));
        List<Integer> numbers = attacks.stream().map(Attacked::number).toList();
        numbers.stream().filter(number -> !attackers.containsKey(number))
                .forEach(number -> faults.add("nothing tests attack " + number));
        attackers.keySet().stream().filter(number -> !numbers.contains(number))
                .forEach(number -> faults.add("there is no attack " + number + ": " + names(attackers.get(number))));
    }

    private void check(Requirement requirement) {
        String id = requirement.id();
        boolean tested = !testsOf(TCP, id).isEmpty();
        Decision decision = decisions.get(id);
        if (decision == null) {
            if (!tested) {
                faults.add(id + " has neither a test nor a decision: " + requirement.summary());
            }
        } else if (decision.isLeftOut()) {
            if (requirement.isMust()) {
                faults.add(id + " cannot be left out");
            }
            if (tested) {
                faults.add(id + " is said to be left out, but is tested: " + names(testsOf(TCP, id)));
            }
        } else if (!tested) {
            faults.add(id + " is done differently, but no test shows how");
        }
    }

    private static boolean isSection(String rule) {
        return rule.matches("[0-9A-Z]+(\\.\\d+)*");
    }

    private static String names(List<Claim> claims) {
        return String.join(", ", claims.stream().map(Claim::name).toList());
    }

    /** What is wrong, a sentence each. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    List<Requirement> requirements() {
        return requirements;
    }

    /** The decision of a requirement, or null. */
    Decision decisionOf(String id) {
        return decisions.get(id);
    }

    List<Attacked> attacks() {
        return attacks;
    }

    /** The RFCs that have no numbered requirements, and their titles. */
    Map<Integer, String> rfcs() {
        return rfcs;
    }

    /** The sections of an RFC that are tested, in order, and by what. */
    Map<String, List<Claim>> rulesOf(int rfc) {
        return rules.getOrDefault(rfc, Map.of());
    }

    List<Claim> testsOf(int rfc, String rule) {
        return rulesOf(rfc).getOrDefault(rule, List.of());
    }

    List<Claim> testsOf(Attacked attack) {
        return attackers.getOrDefault(attack.number(), List.of());
    }
}
