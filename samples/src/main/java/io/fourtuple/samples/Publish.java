package io.fourtuple.samples;

import io.fourtuple.core.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of this machine that leads to a port of the stack.
 *
 * @param host an address of this machine
 * @param port its port; 0 lets the kernel choose
 * @param stackPort the port of the stack
 */
record Publish(IpAddress host, int port, int stackPort) {
    private static final Pattern SYNTAX = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:]+)):(\\d{1,5}):(\\d{1,5})");

    /** Reads {@code HOST:PORT:STACKPORT}; HOST is an address, IPv6 in brackets, or {@code localhost}. */
    static Publish parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not HOST:PORT:STACKPORT, such as 127.0.0.1:7007:7");
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        int port = Integer.parseInt(matcher.group(3));
        int stackPort = Integer.parseInt(matcher.group(4));
        if (port > 65535 || stackPort < 1 || stackPort > 65535) {
            throw new IllegalArgumentException("has a port that is not 1 to 65535");
        }
        try {
            return new Publish(IpAddress.parse(host.equals("localhost") ? "127.0.0.1" : host), port, stackPort);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has a HOST that is not an address, such as 127.0.0.1 or [::1]", e);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host.toInetAddress(), port);
    }

    Publish withPort(int other) {
        return new Publish(host, other, stackPort);
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return host.toString(port) + ":" + stackPort;
    }
}
