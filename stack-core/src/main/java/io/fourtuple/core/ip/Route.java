package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.Objects;

/**
 * Where packets to a block of addresses go that are not on our link.
 *
 * @param destination the block; {@code 0.0.0.0/0} or {@code ::/0} for a default route
 * @param gateway a router on our link, of the same family
 */
public record Route(Prefix destination, IpAddress gateway) {
    public Route {
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(gateway, "gateway");
        if (destination.network().isV4() != gateway.isV4()) {
            throw new IllegalArgumentException("the gateway of " + destination + " cannot be " + gateway
                    + ": one is IPv4, the other IPv6");
        }
        if (gateway.isUnspecified() || gateway.isMulticast() || gateway.isLoopback()) {
            throw new IllegalArgumentException("the gateway of " + destination + " cannot be " + gateway);
        }
    }

    @Override
    public String toString() {
        return destination + " via " + gateway;
    }
}
