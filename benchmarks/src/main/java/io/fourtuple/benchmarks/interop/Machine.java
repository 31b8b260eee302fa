package io.fourtuple.benchmarks.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of the machine so far, in clock ticks, as proc(5) counts it.
 *
 * @param busy of everybody, interrupts included
 * @param idle of nobody
 * @param own of this process
 */
record Machine(long busy, long idle, long own) {
    static Machine now() throws IOException {
        String[] words = Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +", -1);
        // cpu user nice system idle iowait irq softirq steal
        long busy = 0;
        for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
            busy += Long.parseLong(words[i]);
        }
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] own = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new Machine(busy, Long.parseLong(words[4]) + Long.parseLong(words[5]),
                Long.parseLong(own[11]) + Long.parseLong(own[12]));
    }

    /** What was done since {@code before}. */
    Load since(Machine before) {
        double all = Math.max(1, busy - before.busy + idle - before.idle);
        return new Load((busy - before.busy) / all, (own - before.own) / all);
    }
}
