package io.fourtuple.nic.sim;

/**
 * What has become of packets that a {@link Router} was to forward.
 *
 * @param forwarded sent on
 * @param fragmented of these, cut into fragments
 * @param hopLimitExceeded not sent on, as their hop limit was used up
 * @param tooBig not sent on, as they were larger than the next link carries
 * @param noRoute not sent on, as no way to their destination is known
 * @param unreachable segments that waited in vain for a neighbour's answer
 * @param refused not sent on, as they were malformed, from or to addresses that no packet beyond a link may have, or
 *     for the router itself without being of any use to it
 */
public record RouterStatistics(
        long forwarded,
        long fragmented,
        long hopLimitExceeded,
        long tooBig,
        long noRoute,
        long unreachable,
        long refused) {}
