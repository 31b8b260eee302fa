package io.fourtuple.api;

import io.fourtuple.api.config.ConfigSection;
import io.fourtuple.core.ip.AddressChecks;
import io.fourtuple.core.ip.Autoconfiguration;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpConfig.IcmpRate;
import io.fourtuple.core.ip.IpConfig.Neighbors;
import io.fourtuple.core.ip.IpConfig.Reassembly;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.ip.StableSecret;
import io.fourtuple.core.wire.IpAddress;
import java.util.List;
import java.util.Optional;

/** Reads an {@link IpConfig} from HOCON: one method per record, one line per component, in the record's order. */
final class IpConfigReader {
    private static final long MILLIS = 1_000_000L;
    private static final long HOUR = 3_600_000 * MILLIS;
    private static final String VIA = " via ";

    private IpConfigReader() {}

    static IpConfig read(ConfigSection section, IpConfig defaults) {
        return new IpConfig(
                addresses(section, defaults.addresses()),
                defaults.furtherAddresses(),
                section.list("routes", defaults.routes(), "routes such as \"0.0.0.0/0 via 10.77.0.1\"",
                        IpConfigReader::route),
                section.choice("host-model", defaults.hostModel()),
                addressChecks(section.section("address-checks"), defaults.addressChecks()),
                autoconfiguration(section.section("autoconfiguration"), defaults.autoconfiguration()),
                neighbors(section.section("neighbors"), defaults.neighbors()),
                icmpRate(section.section("icmp-rate"), defaults.icmpRate()),
                reassembly(section.section("reassembly"), defaults.reassembly()),
                section.integer("loopback-queue", defaults.loopbackQueue(), 1, 1_000_000),
                section.flag("accept-source-routes", defaults.acceptSourceRoutes()));
    }

    /** Those of a section that has no more of IP than these. */
    static List<InterfaceAddress> addresses(ConfigSection section) {
        return addresses(section, List.of());
    }

    private static List<InterfaceAddress> addresses(ConfigSection section, List<InterfaceAddress> defaults) {
        return section.list("addresses", defaults, "addresses with a prefix length, such as 10.77.0.2/24",
                InterfaceAddress::parse);
    }

    private static AddressChecks addressChecks(ConfigSection section, AddressChecks defaults) {
        return new AddressChecks(
                section.choice("detection", defaults.detection()),
                section.integer("ipv6-probes", defaults.ipv6Probes(), 0, 16),
                section.integer("ipv4-probes", defaults.ipv4Probes(), 0, 16),
                section.integer("announcements", defaults.announcements(), 0, 16),
                section.choice("defense", defaults.defense()),
                section.nanos("defend-interval", defaults.defendInterval(), MILLIS, HOUR));
    }

    private static Autoconfiguration autoconfiguration(ConfigSection section, Autoconfiguration defaults) {
        return new Autoconfiguration(
                section.flag("enabled", defaults.enabled()),
                section.choice("interface-ids", defaults.interfaceIds()),
                section.text("secret", defaults.secret(), "32 hexadecimal digits, or \"\" for a random one",
                        text -> text.isEmpty() ? Optional.empty() : Optional.of(StableSecret.parse(text))),
                section.integer("routers", defaults.routers(), 1, 1000),
                section.integer("prefixes", defaults.prefixes(), 1, 1000),
                section.integer("addresses", defaults.addresses(), 0, 1000),
                section.integer("solicitations", defaults.solicitations(), 0, 100));
    }

    private static Neighbors neighbors(ConfigSection section, Neighbors defaults) {
        return new Neighbors(
                section.integer("cache-size", defaults.cacheSize(), 1, 10_000_000),
                section.integer("queue-length", defaults.queueLength(), 1, 100_000),
                section.bytes("queue-bytes", defaults.queueBytes(), 0, 1 << 30),
                section.integer("attempts", defaults.attempts(), 1, 100),
                section.nanos("retry-interval", defaults.retryInterval(), MILLIS, HOUR),
                section.nanos("reachable-time", defaults.reachableTime(), MILLIS, HOUR));
    }

    private static IcmpRate icmpRate(ConfigSection section, IcmpRate defaults) {
        return new IcmpRate(
                section.integer("per-second", defaults.perSecond(), 0, 1_000_000),
                section.integer("burst", defaults.burst(), 1, 1_000_000));
    }

    private static Reassembly reassembly(ConfigSection section, Reassembly defaults) {
        return new Reassembly(
                section.bytes("memory", defaults.memory(), 0, 1 << 30),
                section.bytes("source-memory", defaults.sourceMemory(), 0, 1 << 30),
                section.integer("datagrams", defaults.datagrams(), 1, 10_000_000),
                section.integer("fragments-per-datagram", defaults.fragmentsPerDatagram(), 2, 8192),
                section.nanos("ipv4-timeout", defaults.ipv4Timeout(), MILLIS, HOUR),
                section.nanos("ipv6-timeout", defaults.ipv6Timeout(), MILLIS, HOUR));
    }

    private static Route route(String text) {
        int via = text.indexOf(VIA);
        if (via < 0) {
            throw new IllegalArgumentException("there is no gateway in \"" + text + "\"");
        }
        return new Route(
                Prefix.parse(text.substring(0, via).strip()),
                IpAddress.parse(text.substring(via + VIA.length()).strip()));
    }
}
