package io.fourtuple.nic.sim;

/** What happens to frames that have to wait for the link; see tc(8) for the same of Linux. Immutable. */
public sealed interface QueueDiscipline {
    /** First in, first out; what does not fit is dropped. */
    record DropTail() implements QueueDiscipline {}
}
