package io.fourtuple.benchmarks.interop;

import io.fourtuple.benchmarks.interop.ExpertInfo.Remark;
import io.fourtuple.benchmarks.interop.ExpertInfo.Severity;
import io.fourtuple.nic.pcapng.Direction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What tshark remarks on frames of either side, and which of it is a fault of ours.
 *
 * <p>Captures are made where our frames have not yet met the link, and those of the kernel have: so a frame of ours has
 * to be flawless by itself, and what a link does shows in frames of the kernel alone. An error in a frame of ours is a
 * fault, and so is a warning that is not among those that a loss or a copy explains.
 */
final class Findings {
    private static final String RESET = "Connection reset (RST)";
    private static final String FIN = "Connection finish (FIN)";

    /** Why a warning about a frame of ours is none, by how it begins. */
    private static final Map<String, String> EXPLAINED = new TreeMap<>(Map.of(
            "This frame is a (suspected) out-of-order segment",
            "a retransmission of what the link had lost, soon after other data",
            "D-SACK Sequence",
            "says that data have come twice: copied by the link, or sent again as their acknowledgment was lost",
            "TCP window specified by the receiver is now completely full",
            "the kernel's window was used to its end: it is small while what arrives waits for what was lost",
            "TCP Zero Window segment",
            "what was lost has come, all that waited for it is in order at once, and the program has not read it yet",
            "TCP Checksum 0xffff instead of 0x0000",
            "the kernel completes checksums of ours, and writes the other form of zero (RFC 1624)"));

    /**
     * Remarks that say the same.
     *
     * @param ours whether they are on frames of ours
     * @param message in tshark's words, without numbers that differ
     * @param explanation why it is no fault of ours; empty when it is
     */
    record Kind(boolean ours, Severity severity, String message, String explanation) {
        private static final Comparator<Kind> ORDER = Comparator.comparing(Kind::ours).reversed()
                .thenComparing(Comparator.comparing(Kind::severity).reversed())
                .thenComparing(Kind::message)
                .thenComparing(Kind::explanation);
    }

    private final Map<Kind, Long> counts = new TreeMap<>(Kind.ORDER);
    private final List<String> faults = new ArrayList<>();
    private int captures;

    /** Adds what was said of one capture, in the order of its frames. */
    void add(String capture, List<Remark> remarks) {
        captures++;
        Set<String> closedByUs = new TreeSet<>();
        Set<String> closedByThem = new TreeSet<>();
        for (Remark remark : remarks) {
            boolean ours = remark.direction() != Direction.INBOUND;
            if (remark.message().equals(FIN)) {
                (ours ? closedByUs : closedByThem).add(remark.stream());
            }
            boolean over = closedByUs.contains(remark.stream()) && closedByThem.contains(remark.stream());
            String explanation = ours ? explain(remark, over) : "the kernel's";
            counts.merge(new Kind(ours, remark.severity(), general(remark.message()), explanation), 1L, Long::sum);
            if (explanation.isEmpty()) {
                faults.add(capture + ", frame " + remark.frame() + " (" + remark.cell() + "): "
                        + remark.severity() + ", " + remark.message());
            }
        }
    }

    /** Why a remark on a frame of ours is no fault; {@code over}: both sides had closed the connection before. */
    private static String explain(Remark remark, boolean over) {
        return switch (remark.severity()) {
            case COMMENT, CHAT, NOTE -> "no warning";
            case WARNING -> {
                if (remark.message().equals(RESET)) {
                    yield over ? "both sides had closed, and an acknowledgment came once more" : "";
                }
                yield EXPLAINED.entrySet().stream()
                        .filter(entry -> remark.message().startsWith(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("");
            }
            case ERROR -> "";
        };
    }

    /** A message without what differs from frame to frame. */
    private static String general(String message) {
        return message.replaceFirst("0x[0-9a-f]{4}\\]$", "…]")
                .replaceFirst("#\\d+", "#…")
                .replaceFirst("port \\d+$", "port …")
                .replaceFirst("^.* \\(option length = \\d+ bytes says option goes past end of options\\)$",
                        "option goes past end of options")
                .replaceFirst("length \\(\\d+\\)", "length (…)")
                .replaceFirst("\\(\\d+ bytes\\)", "(… bytes)");
    }

    /** How often each kind was seen: ours first, the most serious first. */
    Map<Kind, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** One sentence for each remark that nothing explains. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many captures were looked at. */
    int captures() {
        return captures;
    }
}
