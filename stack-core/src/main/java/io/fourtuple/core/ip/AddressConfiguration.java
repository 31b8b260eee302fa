package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.random.RandomGenerator;

/**
 * Which addresses the host has on all its links, from when they are wanted until they end: those that are configured,
 * and those that it makes from what routers announce (RFC 4862). It publishes what has changed in {@link Addressing}.
 *
 * <p>Of the first host only, and confined to its thread.
 */
final class AddressConfiguration {
    /** How many notices wait to be taken; further ones are not kept, as they are many of the same. */
    private static final int NOTICES = 64;
    /** RFC 4862 §5.5.3 e: what nobody has proved can shorten a lifetime to this at most, in seconds. */
    private static final long TWO_HOURS = 7200;
    private static final long SECOND = 1_000_000_000L;
    /** RFC 7217 §6: IDGEN_RETRIES. */
    private static final int IDS_TRIED = 3;

    private final Autoconfiguration config;
    private final Addressing addressing;
    private final Counters counters;
    private final DuplicateDetection detection;
    private final RouterDiscovery[] routers;
    private final StableSecret secret;
    /** Bounded by what is configured, and what may be made for each NIC. */
    private final List<OwnAddress> addresses = new ArrayList<>();
    private final Queue<AddressNotice> notices = new ArrayDeque<>();
    private long deadline = Deadline.NONE;

    AddressConfiguration(
            Addressing addressing, HostInterface[] interfaces, Counters counters, RandomGenerator random) {
        config = addressing.config().autoconfiguration();
        this.addressing = addressing;
        this.counters = counters;
        detection = new DuplicateDetection(addressing.config().addressChecks(), counters, random);
        routers = new RouterDiscovery[interfaces.length];
        for (int i = 0; i < interfaces.length; i++) {
            routers[i] = new RouterDiscovery(addressing.config(), interfaces[i], counters, random);
        }
        for (HostAddress address : addressing.configured()) {
            addresses.add(new OwnAddress(interfaces[address.link()], address.assigned(), false, 0));
        }
        // Not drawn where it is not needed: in a simulation each draw changes what follows.
        secret = !config.enabled()
                ? null
                : config.secret().orElseGet(() -> new StableSecret(random.nextLong(), random.nextLong()));
    }

    /** Starts to check addresses and asks for routers. */
    void start(long now) {
        for (OwnAddress address : addresses) {
            detection.begin(address, now);
        }
        for (RouterDiscovery discovery : routers) {
            discovery.start(now);
        }
        publish();
    }

    long deadline() {
        return deadline;
    }

    /** What whoever runs the host should know next, or null. */
    AddressNotice pollNotice() {
        return notices.poll();
    }

    void handleTimeout(long now) {
        if (!Deadline.isDue(deadline, now)) {
            return;
        }
        boolean changed = false;
        for (OwnAddress address : List.copyOf(addresses)) {
            changed |= handleTimeout(address, now);
        }
        for (RouterDiscovery discovery : routers) {
            changed |= discovery.handleTimeout(addressing.view(), now);
        }
        publishIf(changed);
    }

    private boolean handleTimeout(OwnAddress address, long now) {
        boolean changed = false;
        if (Deadline.isDue(address.nextStep, now)) {
            changed = detection.step(address, now);
        }
        if (Deadline.isDue(address.preferredUntil, now)) {
            address.preferredUntil = Deadline.NONE;
            address.deprecated = true;
            changed = true;
        }
        if (Deadline.isDue(address.validUntil, now)) {
            addresses.remove(address);
            if (!address.lost) {
                note(AddressNotice.Kind.EXPIRED, address, MacAddress.NONE);
            }
            changed = true;
        }
        return changed;
    }

    private void publishIf(boolean changed) {
        if (changed) {
            publish();
        } else {
            schedule();
        }
    }

    private void publish() {
        List<HostAddress> ours = addresses.stream()
                .filter(address -> !address.lost)
                .map(OwnAddress::published)
                .toList();
        List<RoutingTable.Entry> learnt = new ArrayList<>();
        List<Addressing.LinkView> links = new ArrayList<>();
        for (RouterDiscovery discovery : routers) {
            discovery.addRoutes(learnt);
            links.add(discovery.linkView());
        }
        addressing.publish(ours, learnt, links);
        schedule();
    }

    private void schedule() {
        long next = Deadline.NONE;
        for (OwnAddress address : addresses) {
            next = Deadline.earlier(next, address.deadline());
        }
        for (RouterDiscovery discovery : routers) {
            next = Deadline.earlier(next, discovery.deadline());
        }
        deadline = next;
    }

    private void note(AddressNotice.Kind kind, OwnAddress address, MacAddress other) {
        if (notices.size() < NOTICES) {
            notices.add(new AddressNotice(kind, address.address(), address.on.number(), other));
        }
    }

    // ---- conflicts ----

    /** RFC 5227 §2.1.1 and §2.4: what an ARP packet says of our addresses. */
    void onArp(int link, ArpPacket packet, long now) {
        IpAddress sender = packet.senderIp();
        boolean probe = sender.isUnspecified() && packet.operation() == ArpPacket.REQUEST;
        OwnAddress address = find(link, probe ? packet.targetIp() : sender);
        if (address == null || DuplicateDetection.isOurs(address, packet.senderMac())) {
            return;
        }
        if (!address.checking && !probe) {
            onClaim(address, packet.senderMac(), now);
        } else if (address.checking && (!probe || !address.optimistic)) { // who uses it answers a probe
            onDuplicate(address, packet.senderMac(), now);
        }
    }

    /** RFC 4862 §5.4.3: somebody else wants an address that we are checking. */
    void onProbed(int link, IcmpMessage.NeighborSolicitation solicitation, long now) {
        OwnAddress address = find(link, solicitation.target());
        boolean ours = address != null && address.probes > 0 && address.nonce == solicitation.nonce();
        if (address != null && address.checking && !ours) {
            onDuplicate(address, MacAddress.NONE, now);
        }
    }

    /** RFC 4862 §5.4.4: somebody else says that it has an address. */
    void onAdvertised(int link, IcmpMessage.NeighborAdvertisement advertisement, long now) {
        OwnAddress address = find(link, advertisement.target());
        if (address == null) {
            return;
        }
        MacAddress mac = advertisement.targetMac().orElse(MacAddress.NONE);
        if (address.checking) {
            onDuplicate(address, mac, now);
        } else if (!DuplicateDetection.isOurs(address, mac)) {
            counters.increment(Counter.ARP_CONFLICTS); // RFC 4862 has no defence
        }
    }

    private OwnAddress find(int link, IpAddress wanted) {
        for (OwnAddress address : addresses) {
            if (!address.lost && address.on.number() == link && address.address().equals(wanted)) {
                return address;
            }
        }
        return null;
    }

    private void onClaim(OwnAddress address, MacAddress other, long now) {
        switch (detection.onClaim(address, now)) {
            case KEEP -> {}
            case DEFENDED -> note(AddressNotice.Kind.DEFENDED, address, other);
            case GIVE_UP -> {
                lose(address);
                note(AddressNotice.Kind.GIVEN_UP, address, other);
                publish();
            }
        }
    }

    private void onDuplicate(OwnAddress address, MacAddress other, long now) {
        counters.increment(Counter.ARP_DUPLICATES);
        lose(address);
        note(AddressNotice.Kind.DUPLICATE, address, other);
        boolean again = address.autoconfigured
                && config.interfaceIds() == Autoconfiguration.InterfaceIds.STABLE_PRIVACY
                && address.attempt < IDS_TRIED;
        if (again) { // RFC 7217 §6
            addresses.remove(address);
            OwnAddress next = make(address.on, address.assigned.onLink(), address.attempt + 1);
            next.validUntil = address.validUntil;
            next.preferredUntil = address.preferredUntil;
            next.deprecated = address.deprecated;
            begin(next, now);
        }
        publish();
    }

    /** It stays in the list, so that no router has us make it again. */
    private static void lose(OwnAddress address) {
        address.lost = true;
        address.checking = false;
        address.nextStep = Deadline.NONE;
    }

    // ---- routers ----

    /** Whether what routers say is heeded on this link. */
    boolean heedsRouters(int link) {
        return routers[link].isOn();
    }

    /** RFC 4861 §6.3.4 and RFC 4862 §5.5.3. */
    void onRouterAdvertisement(int link, IpAddress router, IcmpMessage.RouterAdvertisement message, long now) {
        routers[link].receive(router, message, now);
        for (PrefixInformation prefix : message.prefixes()) {
            boolean wanted = prefix.autonomous() && prefix.length() == LocalAddresses.PREFIX_BITS;
            if (wanted && RouterDiscovery.isUsable(prefix)) {
                receive(link, prefix, now);
            }
        }
        publish();
    }

    private void receive(int link, PrefixInformation prefix, long now) {
        Prefix network = Prefix.of(prefix.prefix(), prefix.length());
        int made = 0;
        for (OwnAddress address : addresses) {
            if (address.autoconfigured && address.on.number() == link) {
                made++;
                if (address.assigned.onLink().equals(network)) {
                    renew(address, prefix, now);
                    return;
                }
            }
        }
        if (prefix.validLifetime() == 0) {
            return;
        }
        if (made >= config.addresses()) {
            counters.increment(Counter.ICMP_IN_PREFIXES_IGNORED);
            return;
        }
        OwnAddress address = make(routers[link].on(), network, 0);
        if (find(link, address.address()) != null) {
            return; // it is configured
        }
        address.validUntil = RouterDiscovery.until(prefix.validLifetime(), now);
        prefer(address, prefix.preferredLifetime(), now);
        begin(address, now);
    }

    private OwnAddress make(HostInterface on, Prefix network, int attempt) {
        IpAddress prefix = network.network();
        long id = switch (config.interfaceIds()) {
            case STABLE_PRIVACY -> secret.interfaceId(prefix, on.number(), attempt);
            case EUI64 -> LocalAddresses.interfaceId(on.link().mac());
        };
        InterfaceAddress address =
                new InterfaceAddress(IpAddress.of(prefix.high(), id), LocalAddresses.PREFIX_BITS);
        return new OwnAddress(on, address, true, attempt);
    }

    private void begin(OwnAddress address, long now) {
        addresses.add(address);
        note(AddressNotice.Kind.AUTOCONFIGURED, address, MacAddress.NONE);
        detection.begin(address, now);
    }

    /** RFC 4862 §5.5.3 e: a stranger cannot end an address at once. */
    private static void renew(OwnAddress address, PrefixInformation prefix, long now) {
        prefer(address, prefix.preferredLifetime(), now);
        long lifetime = prefix.validLifetime();
        boolean forEver = address.validUntil == Deadline.NONE;
        long remaining = forEver ? Long.MAX_VALUE : (address.validUntil - now) / SECOND;
        if (lifetime > TWO_HOURS || (!forEver && lifetime > remaining)) {
            address.validUntil = RouterDiscovery.until(lifetime, now);
        } else if (remaining > TWO_HOURS) {
            address.validUntil = RouterDiscovery.until(TWO_HOURS, now);
        }
    }

    private static void prefer(OwnAddress address, long lifetime, long now) {
        address.deprecated = lifetime == 0;
        address.preferredUntil = lifetime == 0 ? Deadline.NONE : RouterDiscovery.until(lifetime, now);
    }

    /** A neighbour has not answered. */
    void onUnreachable(int link, IpAddress neighbor) {
        if (routers[link].onUnreachable(neighbor)) {
            publish();
        }
    }

    /** A neighbour says that it is no router. */
    void onNoRouter(int link, IpAddress neighbor) {
        if (routers[link].onNoRouter(neighbor)) {
            publish();
        }
    }

    /** For tests: what routers have said on a link. */
    RouterDiscovery routers(int link) {
        return routers[link];
    }
}
