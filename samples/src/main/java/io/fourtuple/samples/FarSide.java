package io.fourtuple.samples;

import io.fourtuple.core.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a proxy connects to.
 *
 * @param onStack whether through a stack, rather than through this machine's kernel
 * @param host an address, or a name that is looked up for each connection
 * @param port 1 to 65535
 */
record FarSide(boolean onStack, String host, int port) {
    private static final String STACK = "stack:";
    private static final Pattern SYNTAX = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]\\s]+)):(\\d{1,5})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
    /** A name whose last part is a number is an address or a mistake (WHATWG URL §3.5). */
    private static final Pattern NUMERIC = Pattern.compile("(.*\\.)?[0-9]+");

    /** Reads {@code HOST:PORT} or {@code stack:HOST:PORT}; HOST is an address, IPv6 in brackets, or a name. */
    static FarSide parse(String text) {
        boolean onStack = text.startsWith(STACK);
        Matcher matcher = SYNTAX.matcher(onStack ? text.substring(STACK.length()) : text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "is not HOST:PORT or stack:HOST:PORT, such as 127.0.0.1:7007 or stack:10.77.0.1:80");
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("has a port that is not 1 to 65535");
        }
        boolean inBrackets = matcher.group(1) != null;
        String host = inBrackets ? matcher.group(1) : matcher.group(2);
        Optional<IpAddress> address = address(host);
        boolean isFit = address
                .map(found -> inBrackets != found.isV4())
                .orElse(!inBrackets && NAME.matcher(host).matches() && !NUMERIC.matcher(host).matches());
        if (!isFit) {
            throw new IllegalArgumentException(
                    "has a HOST that is neither an address, such as 127.0.0.1 or [::1], nor a name");
        }
        return new FarSide(onStack, host, port);
    }

    private static Optional<IpAddress> address(String host) {
        try {
            return Optional.of(IpAddress.parse(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** For {@code Tcp.outgoingConnection}, which looks a name up. */
    InetSocketAddress remote() {
        return address(host)
                .map(address -> new InetSocketAddress(address.toInetAddress(), port))
                .orElseGet(() -> InetSocketAddress.createUnresolved(host, port));
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return (onStack ? STACK : "") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
