package io.fourtuple.benchmarks.interop;

import java.util.Locale;

/** Which congestion control a sender uses: the same name here and in the kernel. */
enum Congestion {
    /** RFC 9438. */
    CUBIC,
    /** RFC 5681 and RFC 6582. */
    RENO,
    /** Version 3 here, version 1 in Linux. */
    BBR;

    /** As {@code congctl} of ip-route(8) and {@code fourtuple.stack.tcp.congestion-control} have it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
