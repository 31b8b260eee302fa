package io.fourtuple.benchmarks.interop;

import java.util.Locale;

/** Which congestion control a sender uses. */
enum Congestion {
    /** RFC 9438. */
    CUBIC(1, "CUBIC", "cubic", "cubic"),
    /** RFC 5681 and RFC 6582. */
    RENO(2, "Reno", "reno", "reno"),
    /** Version 1 of BBR on both sides: it is the one that Linux has. */
    BBR(3, "BBR", "bbr1", "bbr"),
    /** Our version 3 beside the kernel's version 1, which share a name and little more: to be seen, not judged. */
    BBR3(4, "BBR 3 beside 1", "bbr", "bbr");

    private final int digit;
    private final String title;
    private final String ours;
    private final String theirs;

    Congestion(int digit, String title, String ours, String theirs) {
        this.digit = digit;
        this.title = title;
        this.ours = ours;
        this.theirs = theirs;
    }

    /** In names of cells. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In tables. */
    String title() {
        return title;
    }

    /** As {@code fourtuple.stack.tcp.congestion-control} has it. */
    String ours() {
        return ours;
    }

    /** As {@code congctl} of ip-route(8) has it. */
    String theirs() {
        return theirs;
    }

    /** The last digit of addresses to or from which this is used. */
    int digit() {
        return digit;
    }

    /** Whether both sides use the same, so that theirs is a measure of ours. */
    boolean isAlike() {
        return this != BBR3;
    }
}
