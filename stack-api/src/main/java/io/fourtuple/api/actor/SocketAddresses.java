package io.fourtuple.api.actor;

import io.fourtuple.core.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Addresses as programs write them. */
public final class SocketAddresses {
    private SocketAddresses() {}

    /** An address for the program. */
    public static InetSocketAddress of(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    /** The address, when it is resolved or a literal; a stack looks up no names. */
    public static Optional<IpAddress> literal(InetSocketAddress address) {
        if (!address.isUnresolved()) {
            return Optional.of(IpAddress.of(address.getAddress()));
        }
        try {
            return Optional.of(IpAddress.parse(address.getHostString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** For messages. */
    public static String name(InetSocketAddress address) {
        return literal(address)
                .map(literal -> literal.toString(address.getPort()))
                .orElseGet(() -> address.getHostString() + ":" + address.getPort());
    }
}
