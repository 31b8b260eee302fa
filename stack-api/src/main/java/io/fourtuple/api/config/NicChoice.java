package io.fourtuple.api.config;

/** Which network interface to use, as it is written in a configuration or on a command line. */
public sealed interface NicChoice {
    /** What may be written. */
    String ALLOWED = "memory, tap:NAME, tun:NAME, packet:INTERFACE or pcap:INTERFACE";

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
