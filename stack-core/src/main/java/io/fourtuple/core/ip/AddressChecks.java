package io.fourtuple.core.ip;

import java.util.Objects;

/**
 * Whether somebody else on the link uses an address of ours: duplicate address detection of IPv6 (RFC 4862 §5.4, RFC
 * 4429) and address conflict detection of IPv4 (RFC 5227). All of it needs a link with link-layer addresses. Immutable.
 *
 * @param detection when an address is checked
 * @param ipv6Probes solicitations for an IPv6 address without an answer that show it to be free, 0–16; 0 checks none
 *     (DupAddrDetectTransmits, RFC 4862 §5.1)
 * @param ipv4Probes the same of ARP for an IPv4 address, 0–16 (PROBE_NUM, RFC 5227 §1.1)
 * @param announcements how often an IPv4 address is announced when it was found to be free, 0–16 (ANNOUNCE_NUM)
 * @param defense what happens when somebody claims an IPv4 address that is in use here
 * @param defendInterval between two announcements in defence of an address, above 0, in nanoseconds (DEFEND_INTERVAL)
 */
public record AddressChecks(
        Detection detection,
        int ipv6Probes,
        int ipv4Probes,
        int announcements,
        Defense defense,
        long defendInterval) {
    private static final int MOST = 16;

    /** When an address is checked. */
    public enum Detection {
        /** Not at all. */
        OFF,
        /** While it is used already (RFC 4429, and the like in IPv4); it is given up when somebody has it. */
        OPTIMISTIC,
        /** Before it is used: 1–2 s in IPv6 and 4–7 s in IPv4, during which nothing can be sent from it. */
        ON
    }

    /** What happens when somebody claims an IPv4 address that is in use here (RFC 5227 §2.4). */
    public enum Defense {
        /** It is given up (a). */
        GIVE_UP,
        /** It is announced once; when that does not help, it is given up (b). */
        ONCE,
        /** It is announced, not too often, and never given up (c). */
        KEEP
    }

    public AddressChecks {
        Objects.requireNonNull(detection, "detection");
        Objects.requireNonNull(defense, "defense");
        check(ipv6Probes, "ipv6Probes");
        check(ipv4Probes, "ipv4Probes");
        check(announcements, "announcements");
        if (defendInterval <= 0) {
            throw new IllegalArgumentException("defendInterval must be above 0");
        }
    }

    private static void check(int number, String name) {
        if (number < 0 || number > MOST) {
            throw new IllegalArgumentException(name + " must be 0-" + MOST + ", not " + number);
        }
    }

    /** The numbers of the RFCs; addresses are checked while they are used, and kept. */
    public static AddressChecks defaults() {
        return new AddressChecks(Detection.OPTIMISTIC, 1, 3, 2, Defense.KEEP, 10_000_000_000L);
    }

    /** The same at another time. */
    public AddressChecks withDetection(Detection other) {
        return new AddressChecks(other, ipv6Probes, ipv4Probes, announcements, defense, defendInterval);
    }

    /** The same with another defence. */
    public AddressChecks withDefense(Defense other) {
        return new AddressChecks(detection, ipv6Probes, ipv4Probes, announcements, other, defendInterval);
    }
}
