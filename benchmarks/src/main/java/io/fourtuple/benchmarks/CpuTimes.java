package io.fourtuple.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * CPU time so far, in clock ticks of 10 ms, as {@code proc(5)} counts it.
 *
 * @param busy of all processes of the machine, without interrupts
 * @param stolen by other guests of the host
 * @param own of the processes of the lab, this one included
 * @param server of the server process of the target that is measured
 */
record CpuTimes(long busy, long stolen, long own, long server) {
    private static final double TICKS_PER_SECOND = 100;

    static CpuTimes now(Iterable<Target> lab, Target measured) throws IOException {
        String[] words = Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +", -1);
        // cpu user nice system idle iowait irq softirq steal
        long busy = Stream.of(words[1], words[2], words[3]).mapToLong(Long::parseLong).sum();
        long own = of(ProcessHandle.current().pid());
        for (Target target : lab) {
            own += of(target.serverPid()) + of(target.clientPid());
        }
        return new CpuTimes(busy, Long.parseLong(words[8]), own, of(measured.serverPid()));
    }

    private static long of(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(words[11]) + Long.parseLong(words[12]);
        } catch (NoSuchFileException e) {
            throw new IOException("process " + pid + " of the lab is gone", e);
        }
    }

    /** Seconds of CPU that others took since {@code before}; never negative. */
    double foreignSecondsSince(CpuTimes before) {
        long ticks = busy - before.busy - (own - before.own) + stolen - before.stolen;
        return Math.max(0, ticks) / TICKS_PER_SECOND;
    }

    double serverSecondsSince(CpuTimes before) {
        return (server - before.server) / TICKS_PER_SECOND;
    }
}
