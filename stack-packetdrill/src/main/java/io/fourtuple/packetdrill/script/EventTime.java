package io.fourtuple.packetdrill.script;

/** When an event happens. All times in nanoseconds. */
public sealed interface EventTime {
    /** {@code 1.5}: since the first event. */
    record Absolute(long nanos) implements EventTime {}

    /** {@code +0.1}: after the event before. */
    record Relative(long nanos) implements EventTime {}

    /** {@code 1.0~1.2}. */
    record AbsoluteRange(long fromNanos, long toNanos) implements EventTime {}

    /** {@code +0.1~+0.2}. */
    record RelativeRange(long fromNanos, long toNanos) implements EventTime {}

    /** {@code *}. */
    record Any() implements EventTime {}
}
