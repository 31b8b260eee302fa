package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.List;

/**
 * Which of our addresses a packet comes from that nobody has given one: RFC 6724 §5 for IPv6, RFC 1122 §3.3.4.3 for
 * IPv4, which asks for one of the network that the packet goes through. Rules 4 and 7 are about addresses that this
 * stack has none of: of a home, and temporary ones.
 */
final class SourceSelection {
    private static final int LINK_LOCAL = 2;
    private static final int SITE_LOCAL = 5;
    private static final int GLOBAL = 14;

    private SourceSelection() {}

    /**
     * The address to use, or null when there is none of the family.
     *
     * @param addresses ours that may be used
     * @param link by which the packet leaves; the addresses of others serve only when it has none (weak hosts) or never
     * @param weak whether they may serve at all
     */
    static IpAddress choose(
            List<HostAddress> addresses, IpAddress destination, IpAddress nextHop, int link, boolean weak) {
        HostAddress best = null;
        for (HostAddress candidate : addresses) {
            boolean eligible = candidate.address().isV4() == destination.isV4() && (weak || candidate.link() == link);
            if (eligible && (best == null || isBetter(candidate, best, destination, nextHop, link))) {
                best = candidate;
            }
        }
        return best == null ? null : best.address();
    }

    /** The rules in their order; the first of equals stays. */
    private static boolean isBetter(
            HostAddress a, HostAddress b, IpAddress destination, IpAddress nextHop, int link) {
        if (a.link() != b.link()) { // §4: the addresses of the outgoing interface alone, where it has any; rule 5
            return a.link() == link;
        }
        boolean same = a.address().equals(destination);
        if (same != b.address().equals(destination)) {
            return same; // rule 1
        }
        int scopeOfA = scope(a.address());
        int scopeOfB = scope(b.address());
        if (scopeOfA != scopeOfB) { // rule 2
            int wanted = scope(destination);
            return scopeOfA < scopeOfB ? scopeOfA >= wanted : scopeOfB < wanted;
        }
        if (a.state() != b.state()) { // rule 3; RFC 4429 §3.1: an optimistic one is not preferred either
            return a.state() == HostAddress.State.PREFERRED || b.state() == HostAddress.State.DEPRECATED;
        }
        int shared = shared(a, nextHop);
        if (shared != shared(b, nextHop)) {
            return shared > shared(b, nextHop); // RFC 1122; rule 5.5 as far as a prefix shows whose it is
        }
        if (destination.isV4()) {
            return false;
        }
        boolean labelled = label(a.address()) == label(destination);
        if (labelled != (label(b.address()) == label(destination))) {
            return labelled; // rule 6
        }
        return commonPrefix(a, destination) > commonPrefix(b, destination); // rule 8
    }

    /** How long the prefix is that an address of ours and {@code nextHop} have in common; -1 when it is not its. */
    private static int shared(HostAddress ours, IpAddress nextHop) {
        return ours.assigned().onLink().contains(nextHop) ? ours.assigned().prefixLength() : -1;
    }

    /** §3.1 and §3.2: loop-back counts as link-local; private addresses of IPv4 and unique local ones are global. */
    private static int scope(IpAddress address) {
        if (address.isMulticast() && !address.isV4()) {
            return (int) (address.high() >>> 48) & 0xf;
        }
        if (address.isLinkLocal() || address.isLoopback()) {
            return LINK_LOCAL;
        }
        return !address.isV4() && address.high() >>> 54 == 0xfec0 >>> 6 ? SITE_LOCAL : GLOBAL;
    }

    /** The default policy table of §2.1. */
    private static int label(IpAddress address) {
        long high = address.high();
        if (address.isV4()) {
            return 4;
        }
        if (high == 0) {
            return address.low() == 1 ? 0 : address.low() >>> 32 == 0 ? 3 : 1;
        }
        if (high >>> 48 == 0x2002) {
            return 2;
        }
        if (high >>> 32 == 0x2001_0000L) {
            return 5;
        }
        if (high >>> 57 == 0xfc >>> 1) {
            return 13;
        }
        if (high >>> 54 == 0xfec0 >>> 6) {
            return 11;
        }
        return high >>> 48 == 0x3ffe ? 12 : 1;
    }

    /** §2.2: as far as the prefix of the source goes. */
    private static int commonPrefix(HostAddress source, IpAddress destination) {
        long high = source.address().high() ^ destination.high();
        int bits = high != 0
                ? Long.numberOfLeadingZeros(high)
                : 64 + Long.numberOfLeadingZeros(source.address().low() ^ destination.low());
        return Math.min(bits, source.assigned().prefixLength());
    }
}
