package io.fourtuple.samples;

import io.fourtuple.nic.replay.ReplayReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a replay.
 *
 * @param report what the clients have to say
 * @param received what the application has received, by the port it came from
 */
record ReplayResult(ReplayReport report, Map<Integer, Received> received) {
    /**
     * What was received over one connection.
     *
     * @param octets payload
     * @param sha256 of it, in hexadecimal digits
     */
    record Received(long octets, String sha256) {}

    /** One line for each conversation, and what was left out. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (ReplayReport.Conversation each : report.conversations()) {
            number++;
            String who = number + ": " + each.client().toString(each.clientPort()) + " to "
                    + each.server().toString(each.serverPort()) + ": ";
            Received what = received.get(each.playedFrom());
            lines.add(who + (what == null
                    ? "nothing received: " + each.sentence()
                    : what.octets + " octets, SHA-256 " + what.sha256 + ": " + each.sentence()));
        }
        lines.addAll(report.skipped());
        if (report.skippedBeyond() > 0) {
            lines.add("and " + report.skippedBeyond() + " more");
        }
        if (report.damagedPackets() > 0) {
            lines.add(report.damagedPackets() + " packets with a wrong checksum were left out; --ignore-checksums "
                    + "replays them");
        }
        lines.add(report.packets() + " packets in the capture, " + report.otherPackets() + " of them not TCP");
        return lines;
    }

    /** What is not as expected, a sentence each: a capture that is broken, or a hash. */
    List<String> mismatches(List<String> expected) {
        List<String> sentences = new ArrayList<>();
        report.broken().ifPresent(reason -> sentences.add("the capture was replayed as far as it goes: " + reason));
        if (expected.isEmpty()) {
            return sentences;
        }
        List<Received> played = report.conversations().stream()
                .map(each -> received.get(each.playedFrom()))
                .filter(each -> each != null)
                .toList();
        if (played.size() != expected.size()) {
            sentences.add("expected " + expected.size() + " conversations, " + played.size() + " were received");
        }
        for (int i = 0; i < Math.min(played.size(), expected.size()); i++) {
            String hash = expected.get(i).toLowerCase(Locale.ROOT);
            if (!played.get(i).sha256.equals(hash)) {
                sentences.add("expected SHA-256 " + hash + ", received " + played.get(i).sha256);
            }
        }
        return sentences;
    }
}
