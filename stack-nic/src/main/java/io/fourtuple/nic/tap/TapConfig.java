package io.fourtuple.nic.tap;

import io.fourtuple.core.wire.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Which TAP device to use, and how.
 *
 * @param name the interface's name, at most 15 octets; created when there is none of that name
 * @param mac our hardware address, which must differ from the kernel's end
 * @param mtu the MTU to set, in octets, 68 to 65521, which needs CAP_NET_ADMIN; 0 to leave it as it is
 * @param offload whether to use checksum offload and super-frames of up to 64 KiB both ways; without them a TAP moves
 *     a tenth as much
 * @param queues how many {@linkplain TapNic#queues queues} it has, 1 to 256: more than one for a stack of several
 *     shards. A TAP that somebody else has made without {@code multi_queue} has one all the same
 */
public record TapConfig(String name, MacAddress mac, int mtu, boolean offload, int queues) {
    /** IFNAMSIZ - 1 of netdevice(7). */
    public static final int MAX_NAME = 15;
    /** The smallest MTU of the kernel's Ethernet devices (RFC 791 §3.2). */
    public static final int MIN_MTU = 68;
    /** The largest MTU of a TAP: an IP packet less the Ethernet header. */
    public static final int MAX_MTU = 65521;
    /** The most queues of a TAP (MAX_TAP_QUEUES of the kernel's tuntap). */
    public static final int MAX_QUEUES = 256;

    /** The bit of the first octet that says that the address was assigned locally (IEEE 802). */
    private static final long LOCAL = 0x02_00_00_00_00_00L;
    private static final long GROUP = 0x01_00_00_00_00_00L;

    public TapConfig {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME) {
            throw new IllegalArgumentException("the name of a TAP has 1 to " + MAX_NAME + " octets, \"" + name
                    + "\" has " + length + ": choose another");
        }
        if (name.equals(".") || name.equals("..") || !name.chars().allMatch(TapConfig::isNameCharacter)) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is no name for a TAP: choose one of letters, digits, '.', '_' and '-'");
        }
        if (mac.isMulticast() || mac.equals(MacAddress.NONE)) {
            throw new IllegalArgumentException(mac + " is no address of a station: choose one such as "
                    + "02:00:00:00:00:02");
        }
        if (mtu != 0 && (mtu < MIN_MTU || mtu > MAX_MTU)) {
            throw new IllegalArgumentException("the MTU of a TAP must be 68 to 65521, is " + mtu);
        }
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new IllegalArgumentException("a TAP must have 1 to 256 queues, not " + queues);
        }
    }

    /** A TAP with offloads, the device's own MTU and one queue. */
    public static TapConfig of(String name, MacAddress mac) {
        return new TapConfig(name, mac, 0, true, 1);
    }

    /** A hardware address drawn at random from the 2⁴⁶ that anyone may assign. */
    public static MacAddress randomMac(RandomGenerator random) {
        return new MacAddress(((random.nextLong() & 0xffff_ffff_ffffL) | LOCAL) & ~GROUP);
    }

    /** The same with another MTU. */
    public TapConfig withMtu(int value) {
        return new TapConfig(name, mac, value, offload, queues);
    }

    /** The same with or without offloads. */
    public TapConfig withOffload(boolean value) {
        return new TapConfig(name, mac, mtu, value, queues);
    }

    /** The same with so many queues. */
    public TapConfig withQueues(int value) {
        return new TapConfig(name, mac, mtu, offload, value);
    }

    private static boolean isNameCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
    }
}
