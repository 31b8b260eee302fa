package io.fourtuple.api.config;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.vxlan.VxlanConfig;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which network interface to use, as it is written in a configuration or on a command line. */
public sealed interface NicChoice {
    /** What may be written. */
    String ALLOWED = "memory, tap:NAME, tun:NAME, packet:INTERFACE, pcap:INTERFACE or vxlan:[LOCAL/]VNI@REMOTE";

    /** The in-memory wire. */
    record Memory() implements NicChoice {
        @Override
        public String toString() {
            return "memory";
        }
    }

    /**
     * A TAP device of the Linux kernel, which carries Ethernet frames: attached to when it exists, made when it does
     * not.
     *
     * @param name of the device: 1–15 letters, digits, {@code .}, {@code _} and {@code -} (IFNAMSIZ)
     */
    record Tap(String name) implements NicChoice {
        public Tap {
            checkName(name);
        }

        @Override
        public String toString() {
            return "tap:" + name;
        }
    }

    /**
     * A TUN device of the Linux kernel, which carries IP packets: attached to when it exists, made when it does not.
     *
     * @param name of the device, see {@link Tap}
     */
    record Tun(String name) implements NicChoice {
        public Tun {
            checkName(name);
        }

        @Override
        public String toString() {
            return "tun:" + name;
        }
    }

    /**
     * An Ethernet interface of Linux that exists already, by a packet socket.
     *
     * @param interfaceName its name, as {@code ip link} shows it, see {@link Tap}
     */
    record Packet(String interfaceName) implements NicChoice {
        public Packet {
            checkName(interfaceName);
        }

        @Override
        public String toString() {
            return "packet:" + interfaceName;
        }
    }

    /**
     * An Ethernet interface that exists already, through libpcap.
     *
     * @param interfaceName its name, see {@link Tap}
     */
    record Pcap(String interfaceName) implements NicChoice {
        public Pcap {
            checkName(interfaceName);
        }

        @Override
        public String toString() {
            return "pcap:" + interfaceName;
        }
    }

    /**
     * One end of a VXLAN tunnel (RFC 7348), through a UDP socket.
     *
     * @param local where we receive; empty for port {@value VxlanConfig#PORT} of all addresses of this machine
     * @param vni which of the networks between the two ends, 0 to 2²⁴ − 1
     * @param remote the other end
     */
    record Vxlan(Optional<InetSocketAddress> local, int vni, InetSocketAddress remote) implements NicChoice {
        private static final String END = "(?:\\[([^\\]]+)\\]|([^:\\[\\]/@]+))(?::([0-9]{1,5}))?";
        private static final Pattern SYNTAX = Pattern.compile("(?:" + END + "/)?([0-9]{1,8})@" + END);
        private static final MacAddress ANY = MacAddress.parse("02:00:00:00:00:01");

        public Vxlan {
            config(local, vni, remote, ANY);
        }

        /** Reads {@code [LOCAL/]VNI@REMOTE}. */
        private static Vxlan parse(String text) {
            Matcher matcher = SYNTAX.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("\"" + text + "\" is not VNI@ADDRESS, nor LOCAL/VNI@REMOTE with two"
                        + " ends such as 10.77.0.1, 10.77.0.1:4789 or [fd77::1]:4789");
            }
            Optional<InetSocketAddress> local = matcher.group(1) == null && matcher.group(2) == null
                    ? Optional.empty()
                    : Optional.of(end(matcher, 1));
            return new Vxlan(local, Integer.parseInt(matcher.group(4)), end(matcher, 5));
        }

        /** The end whose address is in group {@code first}, in brackets, or the next one; its port in the third. */
        private static InetSocketAddress end(Matcher matcher, int first) {
            String bare = matcher.group(first + 1);
            String port = matcher.group(first + 2);
            return new InetSocketAddress(
                    IpAddress.parse(bare == null ? matcher.group(first) : bare).toInetAddress(),
                    port == null ? VxlanConfig.PORT : Integer.parseInt(port));
        }

        /** How the NIC is opened, with a hardware address of ours. */
        public VxlanConfig config(MacAddress mac) {
            return config(local, vni, remote, mac);
        }

        private static VxlanConfig config(
                Optional<InetSocketAddress> local, int vni, InetSocketAddress remote, MacAddress mac) {
            VxlanConfig config = VxlanConfig.of(vni, remote, mac);
            return local.map(config::withLocal).orElse(config);
        }

        @Override
        public String toString() {
            return "vxlan:" + local.map(end -> text(end) + "/").orElse("") + vni + "@" + text(remote);
        }

        private static String text(InetSocketAddress end) {
            return IpAddress.of(end.getAddress()).toString(end.getPort());
        }
    }

    /**
     * Reads what {@link #ALLOWED} says.
     *
     * @throws IllegalArgumentException for anything else, with a sentence that says what is allowed
     */
    static NicChoice parse(String text) {
        if (text.equals("memory")) {
            return new Memory();
        }
        int colon = text.indexOf(':');
        String rest = text.substring(colon + 1);
        return switch (text.substring(0, Math.max(colon, 0))) {
            case "tap" -> new Tap(rest);
            case "tun" -> new Tun(rest);
            case "packet" -> new Packet(rest);
            case "pcap" -> new Pcap(rest);
            case "vxlan" -> Vxlan.parse(rest);
            default -> throw new IllegalArgumentException(
                    "there is no network interface \"" + text + "\"; use " + ALLOWED);
        };
    }

    private static void checkName(String name) {
        if (!name.matches("[A-Za-z0-9._-]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("\"" + name + "\" is not a name for a network device: "
                    + "use 1 to 15 letters, digits, \".\", \"_\" and \"-\"");
        }
    }
}
