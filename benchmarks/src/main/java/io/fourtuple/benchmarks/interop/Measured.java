package io.fourtuple.benchmarks.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one cell did on one path.
 *
 * @param bitsPerSecond what its receivers had got when the time was over, of all flows together
 * @param failures of flows, one sentence each: data that were not intact, or did not come
 * @param framesSent of all its links, both ways
 * @param framesHit those that were lost, corrupted, duplicated or held back
 * @param load of the machine meanwhile
 */
record Measured(
        Cell cell, Way way, double bitsPerSecond, List<String> failures, long framesSent, long framesHit, Load load) {
    Measured {
        failures = List.copyOf(failures);
    }

    static Measured of(
            Cell cell, Lab.Run run, List<Transfer> flows, List<Relay.LaneStatistics> links, Load load) {
        List<String> failures = new ArrayList<>();
        long octets = 0;
        for (Transfer flow : flows) {
            octets += flow.receivedInTime();
            Optional<String> failure = flow.failure();
            failure.ifPresent(failures::add);
            if (failure.isEmpty() && flow.receivedInTime() == 0) {
                failures.add(flow.state() + ": nothing has arrived in time");
            }
        }
        long sent = 0;
        long hit = 0;
        for (Relay.LaneStatistics link : links) {
            for (var direction : List.of(link.forward(), link.backward())) {
                sent += direction.sent();
                hit += direction.lost() + direction.corrupted() + direction.duplicated() + direction.reordered();
            }
        }
        return new Measured(cell, run.way(), octets * 8 / cell.seconds(run.seconds()), failures, sent, hit, load);
    }
}
