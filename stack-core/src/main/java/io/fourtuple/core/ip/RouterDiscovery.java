package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Ipv6Header;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the routers of one link have said: RFC 4861 §6.3, with the preferences of RFC 4191 §3. Addresses are made by
 * {@link AddressConfiguration}.
 *
 * <p>Bounded (attack: a stranger on the link who pretends to be many routers or announces many networks): what is over
 * a bound is ignored and counted. What is there stays until its own lifetime ends.
 */
final class RouterDiscovery {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    /** RFC 4861 §10: MAX_RTR_SOLICITATION_DELAY and RTR_SOLICITATION_INTERVAL. */
    private static final long LONGEST_DELAY = SECOND;
    private static final long BETWEEN_SOLICITATIONS = 4 * SECOND;
    /** What a router may ask for: who believes less would send nothing else any more, or never notice anything. */
    private static final long LEAST_RETRY_INTERVAL = 100 * MILLI;
    private static final long MOST_RETRY_INTERVAL = 60 * SECOND;
    private static final long LEAST_REACHABLE_TIME = SECOND;
    /** RFC 4861 §6.2.1: AdvReachableTime is at most an hour. */
    private static final long MOST_REACHABLE_TIME = 3600 * SECOND;
    private static final Prefix EVERYBODY = new Prefix(IpAddress.ANY_V6, 0);

    private static final class Router {
        final IpAddress address;
        int preference;
        boolean unreachable;
        long until;

        Router(IpAddress address) {
            this.address = address;
        }
    }

    private static final class Network {
        final Prefix prefix;
        /** {@link Deadline#NONE}: for ever. */
        long until;

        Network(Prefix prefix) {
            this.prefix = prefix;
        }
    }

    private final Autoconfiguration config;
    private final IpConfig.Neighbors neighborConfig;
    private final HostInterface on;
    private final Counters counters;
    private final RandomGenerator random;
    private final List<Router> routers = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private int solicitations;
    private long nextSolicitation = Deadline.NONE;
    private int mtu;
    private int hopLimit = PacketOutput.HOP_LIMIT;

    RouterDiscovery(IpConfig config, HostInterface on, Counters counters, RandomGenerator random) {
        this.config = config.autoconfiguration();
        neighborConfig = config.neighbors();
        this.on = on;
        this.counters = counters;
        this.random = random;
        mtu = on.link().mtu();
    }

    HostInterface on() {
        return on;
    }

    /** Whether routers are heeded on this link. */
    boolean isOn() {
        return config.enabled() && on.isEthernet();
    }

    void start(long now) {
        if (isOn() && config.solicitations() > 0) {
            nextSolicitation = Deadline.after(now, random.nextLong(LONGEST_DELAY));
        }
    }

    long deadline() {
        long next = nextSolicitation;
        for (Router router : routers) {
            next = Deadline.earlier(next, router.until);
        }
        for (Network network : networks) {
            next = Deadline.earlier(next, network.until);
        }
        return next;
    }

    /** Asks routers again, and forgets what is over: true when that was something. */
    boolean handleTimeout(Addressing.View view, long now) {
        if (Deadline.isDue(nextSolicitation, now)) {
            solicitations++;
            solicit(view.local());
            nextSolicitation = solicitations < config.solicitations()
                    ? Deadline.after(now, BETWEEN_SOLICITATIONS)
                    : Deadline.NONE;
        }
        boolean changed = routers.removeIf(router -> Deadline.isDue(router.until, now));
        return networks.removeIf(network -> Deadline.isDue(network.until, now)) || changed;
    }

    /** From our link-local address, or from nobody as long as we have none. */
    private void solicit(LocalAddresses local) {
        for (HostAddress ours : local.usable()) {
            if (ours.link() == on.number() && !ours.address().isV4() && ours.address().isLinkLocal()) {
                boolean nameless = ours.state() == HostAddress.State.OPTIMISTIC; // RFC 4429 §3.2
                on.output().solicitRouters(ours.address(), nameless, solicitations);
                return;
            }
        }
        on.output().solicitRouters(IpAddress.ANY_V6, true, solicitations);
    }

    /**
     * RFC 4861 §6.3.4, but for addresses.
     *
     * @param router whose link-local address it comes from
     */
    void receive(IpAddress router, IcmpMessage.RouterAdvertisement message, long now) {
        nextSolicitation = Deadline.NONE;
        if (message.hopLimit() != 0) {
            hopLimit = message.hopLimit();
        }
        long asked = message.mtu();
        if (asked >= Ipv6Header.MINIMUM_MTU && asked <= on.link().mtu()) {
            mtu = (int) asked;
        }
        setTimes(message);
        message.sourceMac().ifPresent(mac -> on.output().neighbors().heard(router, mac, false, true, true, now));
        receiveRouter(router, message, now);
        for (PrefixInformation prefix : message.prefixes()) {
            if (prefix.onLink() && isUsable(prefix)) {
                receiveNetwork(Prefix.of(prefix.prefix(), prefix.length()), prefix.validLifetime(), now);
            }
        }
    }

    /** RFC 4862 §5.5.3 a–c and RFC 4861 §6.3.4: not the link-local one, and no nonsense. */
    static boolean isUsable(PrefixInformation prefix) {
        IpAddress network = prefix.prefix();
        return !network.isLinkLocal()
                && !network.isMulticast()
                && !network.isV4()
                && prefix.preferredLifetime() <= prefix.validLifetime();
    }

    private void setTimes(IcmpMessage.RouterAdvertisement message) {
        long reachable = message.reachableTime() == 0
                ? neighborConfig.reachableTime()
                : Math.clamp(message.reachableTime() * MILLI, LEAST_REACHABLE_TIME, MOST_REACHABLE_TIME);
        long retry = message.retransTimer() == 0
                ? neighborConfig.retryInterval()
                : Math.clamp(message.retransTimer() * MILLI, LEAST_RETRY_INTERVAL, MOST_RETRY_INTERVAL);
        on.output().neighbors().setTimesV6(reachable, retry);
    }

    private void receiveRouter(IpAddress address, IcmpMessage.RouterAdvertisement message, long now) {
        Router known = find(address);
        if (message.lifetime() == 0) {
            routers.remove(known);
            return;
        }
        if (known == null) {
            if (routers.size() == config.routers()) {
                counters.increment(Counter.ICMP_IN_ROUTERS_IGNORED);
                return;
            }
            known = new Router(address);
            routers.add(known);
        }
        known.preference = message.preference();
        known.unreachable = false;
        known.until = Deadline.after(now, message.lifetime() * SECOND);
    }

    private void receiveNetwork(Prefix prefix, long validLifetime, long now) {
        Network known = null;
        for (Network network : networks) {
            known = network.prefix.equals(prefix) ? network : known;
        }
        if (validLifetime == 0) {
            networks.remove(known);
            return;
        }
        if (known == null) {
            if (networks.size() == config.prefixes()) {
                counters.increment(Counter.ICMP_IN_PREFIXES_IGNORED);
                return;
            }
            known = new Network(prefix);
            networks.add(known);
        }
        known.until = until(validLifetime, now);
    }

    /** When a lifetime in seconds ends. */
    static long until(long lifetime, long now) {
        return lifetime == PrefixInformation.FOR_EVER ? Deadline.NONE : Deadline.after(now, lifetime * SECOND);
    }

    private Router find(IpAddress address) {
        for (Router router : routers) {
            if (router.address.equals(address)) {
                return router;
            }
        }
        return null;
    }

    /**
     * A neighbour does not answer: another router is used if it was one (RFC 4861 §6.3.6), and when none of them
     * answers, all in turn. True when it was one.
     */
    boolean onUnreachable(IpAddress neighbor) {
        Router router = find(neighbor);
        if (router == null) {
            return false;
        }
        router.unreachable = true;
        if (routers.stream().allMatch(one -> one.unreachable)) {
            routers.forEach(one -> one.unreachable = false);
            routers.remove(router); // the last one to be asked
            routers.add(router);
        }
        return true;
    }

    /** A neighbour says that it is no router (RFC 4861 §7.2.5): true when it was one. */
    boolean onNoRouter(IpAddress neighbor) {
        return routers.remove(find(neighbor));
    }

    /** Lines of the routing table. */
    void addRoutes(List<RoutingTable.Entry> lines) {
        for (Network network : networks) {
            lines.add(new RoutingTable.Entry(network.prefix, null, on.number()));
        }
        routers.stream()
                .sorted(Comparator.comparing((Router router) -> router.unreachable)
                        .thenComparing(router -> -router.preference))
                .forEach(router -> lines.add(new RoutingTable.Entry(EVERYBODY, router.address, on.number())));
    }

    Addressing.LinkView linkView() {
        return Addressing.LinkView.of(on.link(), mtu, hopLimit);
    }

    /** For tests: how many routers and networks are known. */
    int size() {
        return routers.size() + networks.size();
    }
}
