package io.fourtuple.core.ip;

import java.util.Objects;
import java.util.Optional;

/**
 * What routers on an Ethernet link may tell a host: by which of them to send, who is on the link, and which addresses
 * it has (RFC 4861 §6.3, RFC 4862 §5.5, RFC 4191 §3). Immutable.
 *
 * @param enabled whether routers are asked and heeded at all: anybody on the link can pretend to be one
 * @param interfaceIds how the last 64 bits of an address are made
 * @param secret what stable interface ids are made from; drawn at random for each stack when empty, so that they are
 *     stable only as long as it lives
 * @param routers how many default routers are known for each NIC, at least 1; further ones are ignored
 * @param prefixes how many prefixes that are on the link, at least 1
 * @param addresses how many addresses are made for each NIC, at least 0
 * @param solicitations how often routers are asked before it is given up, 0–100 (MAX_RTR_SOLICITATIONS, RFC 4861 §10)
 */
public record Autoconfiguration(
        boolean enabled,
        InterfaceIds interfaceIds,
        Optional<StableSecret> secret,
        int routers,
        int prefixes,
        int addresses,
        int solicitations) {
    private static final int MOST_SOLICITATIONS = 100;

    /** How the last 64 bits of an address are made. */
    public enum InterfaceIds {
        /** From the prefix and a secret: the same each time on the same link, another one elsewhere (RFC 7217). */
        STABLE_PRIVACY,
        /** From the MAC address (RFC 2464 §4), which so can be followed wherever it goes. */
        EUI64
    }

    public Autoconfiguration {
        Objects.requireNonNull(interfaceIds, "interfaceIds");
        Objects.requireNonNull(secret, "secret");
        if (routers < 1 || prefixes < 1 || addresses < 0) {
            throw new IllegalArgumentException("need routers and prefixes of at least 1 and addresses of at least 0,"
                    + " not " + routers + ", " + prefixes + ", " + addresses);
        }
        if (solicitations < 0 || solicitations > MOST_SOLICITATIONS) {
            throw new IllegalArgumentException(
                    "solicitations must be 0-" + MOST_SOLICITATIONS + ", not " + solicitations);
        }
    }

    /** Off; bounds as Linux has them. */
    public static Autoconfiguration defaults() {
        return new Autoconfiguration(false, InterfaceIds.STABLE_PRIVACY, Optional.empty(), 16, 32, 16, 3);
    }

    /** The same on or off. */
    public Autoconfiguration withEnabled(boolean on) {
        return new Autoconfiguration(on, interfaceIds, secret, routers, prefixes, addresses, solicitations);
    }

    /** The same with other interface ids. */
    public Autoconfiguration withInterfaceIds(InterfaceIds others) {
        return new Autoconfiguration(enabled, others, secret, routers, prefixes, addresses, solicitations);
    }

    /** The same with a secret. */
    public Autoconfiguration withSecret(StableSecret other) {
        return new Autoconfiguration(
                enabled, interfaceIds, Optional.of(other), routers, prefixes, addresses, solicitations);
    }
}
