package io.fourtuple.benchmarks;

import java.util.List;

/** What a client does to a server, and which figures come out of it. Ports are offsets from the server's base port. */
enum Workload {
    /** The client writes as fast as it can, the server counts and answers the count at the end. */
    SINK("sink, 1 connection", 1),
    /** The server writes as fast as it can, the client reads. */
    SOURCE("source, 1 connection", 2),
    /** Both directions at once: everything the client writes comes back. */
    ECHO("echo, 1 connection", 3),
    /** 64 bytes there and back, one request at a time. */
    PING_PONG("ping-pong, 64 bytes", 3),
    /** Connect, one byte there and back, close; 64 of them at a time, over {@link #CRR_PORTS} ports. */
    CONNECT("connect-echo-close, 64 parallel", 4);

    /** {@link #CONNECT} is spread over so many ports, so that a client address does not run out of 4-tuples. */
    static final int CRR_PORTS = 8;

    /** How many connections {@link #CONNECT} keeps going. */
    static final int CRR_PARALLEL = 64;

    /** Size of a {@link #PING_PONG} message in octets. */
    static final int PING_BYTES = 64;

    private final String title;
    private final int portOffset;

    Workload(String title, int portOffset) {
        this.title = title;
        this.portOffset = portOffset;
    }

    String title() {
        return title;
    }

    int portOffset() {
        return portOffset;
    }

    /** The figures a run of this workload yields, in the order they are shown. */
    List<Figure> figures() {
        return switch (this) {
            case SINK, SOURCE, ECHO -> List.of(Figure.GIGABITS);
            case PING_PONG -> List.of(Figure.P50, Figure.P99);
            case CONNECT -> List.of(Figure.RATE);
        };
    }

    /** A measured quantity. */
    enum Figure {
        /** Payload, one direction. */
        GIGABITS("Gbit/s", false),
        /** Median of the round-trip time. */
        P50("p50 µs", true),
        /** 99th percentile of the round-trip time. */
        P99("p99 µs", true),
        /** Completed connections. */
        RATE("conn/s", false);

        private final String unit;
        private final boolean lowerIsBetter;

        Figure(String unit, boolean lowerIsBetter) {
            this.unit = unit;
            this.lowerIsBetter = lowerIsBetter;
        }

        String unit() {
            return unit;
        }

        /** Whether {@code ours} is at least as good as {@code theirs}. */
        boolean isAtLeastAsGood(double ours, double theirs) {
            return lowerIsBetter ? ours <= theirs : ours >= theirs;
        }

        /** How many times better {@code ours} is: above 1 is better, whichever way the figure counts. */
        double advantage(double ours, double theirs) {
            return lowerIsBetter ? theirs / ours : ours / theirs;
        }
    }
}
