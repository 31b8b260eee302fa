package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.MacAddress;
import java.util.random.RandomGenerator;

/**
 * Whether an address of ours is somebody else's: RFC 4862 §5.4 and RFC 4429 in IPv6, RFC 5227 in IPv4.
 *
 * <pre>
 *   begin ──▶ wait 0–1 s ──▶ probe ──▶ … ──▶ probe ──▶ free ──▶ announce ──▶ announce     (announced in IPv4 only)
 *                              │ somebody has it                     │ somebody claims it (IPv4)
 *                              ▼                                     ▼
 *                             lost ◀──────────────────── given up, or announced in its defence
 * </pre>
 */
final class DuplicateDetection {
    private static final long SECOND = 1_000_000_000L;
    /** RFC 5227 §1.1 PROBE_WAIT; RFC 4861 §10 MAX_RTR_SOLICITATION_DELAY, which RFC 4862 §5.4.2 refers to. */
    private static final long LONGEST_DELAY = SECOND;
    /** RFC 5227 §1.1: PROBE_MIN, PROBE_MAX. */
    private static final long LEAST_BETWEEN_PROBES = SECOND;
    private static final long MOST_BETWEEN_PROBES = 2 * SECOND;
    /** RFC 5227 §1.1: ANNOUNCE_WAIT, from the last probe. */
    private static final long BEFORE_ANNOUNCEMENT = 2 * SECOND;
    /** RFC 5227 §1.1: ANNOUNCE_INTERVAL. */
    private static final long BETWEEN_ANNOUNCEMENTS = 2 * SECOND;
    private static final long NONCE_MASK = 0xffff_ffff_ffffL;

    /** What is to become of an address that somebody claims. */
    enum Verdict {
        /** Nothing. */
        KEEP,
        /** It was announced as ours. */
        DEFENDED,
        /** It is not to be used any more. */
        GIVE_UP
    }

    private final AddressChecks config;
    private final Counters counters;
    private final RandomGenerator random;

    DuplicateDetection(AddressChecks config, Counters counters, RandomGenerator random) {
        this.config = config;
        this.counters = counters;
        this.random = random;
    }

    /** Starts to check an address, where that can be and is wanted. */
    void begin(OwnAddress address, long now) {
        int wanted = address.isV4() ? config.ipv4Probes() : config.ipv6Probes();
        if (config.detection() == AddressChecks.Detection.OFF || !address.isCheckable() || wanted == 0) {
            return;
        }
        address.checking = true;
        address.optimistic = config.detection() == AddressChecks.Detection.OPTIMISTIC;
        address.probes = 0;
        address.announcements = 0;
        address.nextStep = Deadline.after(now, random.nextLong(LONGEST_DELAY));
    }

    /** Does what is due: true when the address was found to be free. */
    boolean step(OwnAddress address, long now) {
        int wanted = address.isV4() ? config.ipv4Probes() : config.ipv6Probes();
        if (address.checking && address.probes < wanted) {
            probe(address, now, wanted);
            return false;
        }
        boolean found = address.checking;
        address.checking = false;
        address.nextStep = Deadline.NONE;
        if (address.isV4() && address.announcements < config.announcements()) {
            announce(address);
            if (address.announcements < config.announcements()) {
                address.nextStep = Deadline.after(now, BETWEEN_ANNOUNCEMENTS);
            }
        }
        return found;
    }

    private void probe(OwnAddress address, long now, int wanted) {
        address.probes++;
        long pause;
        if (!address.isV4()) {
            address.nonce = random.nextLong() & NONCE_MASK;
            pause = address.on.output().neighbors().retryIntervalV6();
        } else if (address.probes < wanted) {
            pause = random.nextLong(LEAST_BETWEEN_PROBES, MOST_BETWEEN_PROBES);
        } else {
            pause = BEFORE_ANNOUNCEMENT;
        }
        address.nextStep = Deadline.after(now, pause);
        address.on.output().probe(address.address(), address.nonce, address.probes);
    }

    private void announce(OwnAddress address) {
        address.announcements++;
        counters.increment(Counter.ARP_OUT_ANNOUNCEMENTS);
        address.on.output().announce(address.address());
    }

    /** RFC 5227 §2.4: somebody says that an address is its own that we use. */
    Verdict onClaim(OwnAddress address, long now) {
        counters.increment(Counter.ARP_CONFLICTS);
        boolean again = address.claimed && now - address.claimedAt < config.defendInterval();
        address.claimed = true;
        address.claimedAt = now;
        return switch (config.defense()) {
            case GIVE_UP -> Verdict.GIVE_UP;
            case ONCE -> again ? Verdict.GIVE_UP : defend(address, now);
            case KEEP -> defend(address, now);
        };
    }

    /** Not more often than once in the interval, so that two who insist do not fill the link. */
    private Verdict defend(OwnAddress address, long now) {
        if (address.defended && now - address.defendedAt < config.defendInterval()) {
            return Verdict.KEEP;
        }
        address.defended = true;
        address.defendedAt = now;
        announce(address);
        return Verdict.DEFENDED;
    }

    /** Whether a frame of the station at {@code mac} is our own, which a bridge has sent back. */
    static boolean isOurs(OwnAddress address, MacAddress mac) {
        return address.on.link().mac().equals(mac);
    }
}
