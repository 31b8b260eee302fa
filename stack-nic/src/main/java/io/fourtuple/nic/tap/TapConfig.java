package io.fourtuple.nic.tap;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.sys.InterfaceName;
import java.util.random.RandomGenerator;

/**
 * Which TAP or TUN device to use, and how.
 *
 * @param name the interface's name, at most {@value InterfaceName#MAX} octets; created when there is none of that name
 * @param medium {@link Medium#ETHERNET} for a TAP, {@link Medium#IP} for a TUN
 * @param mac our hardware address, which must differ from the kernel's end; {@link MacAddress#NONE} of a TUN
 * @param mtu the MTU to set, in octets, 68 to 65521 (of a TUN, 65535), which needs CAP_NET_ADMIN; 0 to leave it as it
 *     is
 * @param offload whether to use checksum offload and super-frames of up to 64 KiB both ways; without them the device
 *     moves a tenth as much
 * @param queues how many {@linkplain TapNic#queues queues} it has, 1 to 256: more than one for a stack of several
 *     shards. A device that somebody else has made without {@code multi_queue} has one all the same
 */
public record TapConfig(String name, Medium medium, MacAddress mac, int mtu, boolean offload, int queues) {
    /** The smallest MTU of the kernel's Ethernet devices (RFC 791 §3.2). */
    public static final int MIN_MTU = 68;
    /** The largest MTU of a TAP: an IP packet less the Ethernet header. */
    public static final int MAX_MTU = 65521;
    /** The largest MTU of a TUN: an IP packet. */
    public static final int MAX_TUN_MTU = 65535;
    /** The most queues of a TAP or TUN (MAX_TAP_QUEUES of the kernel's tuntap). */
    public static final int MAX_QUEUES = 256;

    /** The bit of the first octet that says that the address was assigned locally (IEEE 802). */
    private static final long LOCAL = 0x02_00_00_00_00_00L;
    private static final long GROUP = 0x01_00_00_00_00_00L;

    public TapConfig {
        String kind = kindOf(medium);
        InterfaceName.check(name, "a " + kind);
        switch (medium) {
            case ETHERNET -> {
                if (mac.isMulticast() || mac.equals(MacAddress.NONE)) {
                    throw new IllegalArgumentException(mac + " is no address of a station: choose one such as "
                            + "02:00:00:00:00:02");
                }
            }
            case IP -> {
                if (!mac.equals(MacAddress.NONE)) {
                    throw new IllegalArgumentException("a TUN has no hardware address: leave " + mac + " out");
                }
            }
        }
        int max = medium == Medium.ETHERNET ? MAX_MTU : MAX_TUN_MTU;
        if (mtu != 0 && (mtu < MIN_MTU || mtu > max)) {
            throw new IllegalArgumentException(
                    "the MTU of a " + kind + " must be " + MIN_MTU + " to " + max + ", is " + mtu);
        }
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new IllegalArgumentException("a " + kind + " must have 1 to 256 queues, not " + queues);
        }
    }

    /** A TAP with offloads, the device's own MTU and one queue. */
    public static TapConfig of(String name, MacAddress mac) {
        return new TapConfig(name, Medium.ETHERNET, mac, 0, true, 1);
    }

    /** A TUN with offloads, the device's own MTU and one queue. */
    public static TapConfig tun(String name) {
        return new TapConfig(name, Medium.IP, MacAddress.NONE, 0, true, 1);
    }

    /** What the kernel calls such a device: TAP or TUN. */
    String kind() {
        return kindOf(medium);
    }

    private static String kindOf(Medium medium) {
        return switch (medium) {
            case ETHERNET -> "TAP";
            case IP -> "TUN";
        };
    }

    /** A hardware address drawn at random from the 2⁴⁶ that anyone may assign. */
    public static MacAddress randomMac(RandomGenerator random) {
        return new MacAddress(((random.nextLong() & 0xffff_ffff_ffffL) | LOCAL) & ~GROUP);
    }

    /** The same with another MTU. */
    public TapConfig withMtu(int value) {
        return new TapConfig(name, medium, mac, value, offload, queues);
    }

    /** The same with or without offloads. */
    public TapConfig withOffload(boolean value) {
        return new TapConfig(name, medium, mac, mtu, value, queues);
    }

    /** The same with so many queues. */
    public TapConfig withQueues(int value) {
        return new TapConfig(name, medium, mac, mtu, offload, value);
    }
}
