package io.fourtuple.nic.pcap;

import io.fourtuple.core.wire.MacAddress;

/**
 * Which interface to share with the kernel through libpcap, and how. Immutable; start from {@link #of}.
 *
 * @param interfaceName the interface, as {@code ip link} names it
 * @param mac our hardware address, which must not be the kernel's; {@link MacAddress#NONE} to share the interface's
 *     own, for links that let no other pass (wireless ones, many clouds)
 * @param promiscuous whether the interface takes frames for other hardware addresses, which it must for one of ours
 * @param bufferBytes octets of the kernel's ring between the interface and libpcap, 64 KiB to 1 GiB
 * @param queueFrames how many frames may wait between the thread that reads them and the event loop, 1 to 1,000,000;
 *     one more is dropped and counted
 */
public record PcapConfig(
        String interfaceName, MacAddress mac, boolean promiscuous, int bufferBytes, int queueFrames) {
    /** 16 MiB: a ring for merged frames has a slot of 64 KiB for each frame. */
    public static final int DEFAULT_BUFFER = 16 << 20;
    /** More frames of 1,500 octets than the largest receive window holds. */
    public static final int DEFAULT_QUEUE = 8192;

    private static final int MIN_BUFFER = 64 << 10;
    private static final int MAX_BUFFER = 1 << 30;
    private static final int MAX_QUEUE = 1_000_000;

    public PcapConfig {
        if (interfaceName.isEmpty()) {
            throw new IllegalArgumentException("an interface needs a name: 'ip link' lists them");
        }
        if (mac.isMulticast()) {
            throw new IllegalArgumentException(mac + " is no address of a station: choose one such as "
                    + "02:00:00:00:00:02");
        }
        if (!promiscuous && !mac.equals(MacAddress.NONE)) {
            throw new IllegalArgumentException("frames for " + mac + " reach us in promiscuous mode only: "
                    + "switch it on, or share the interface's own address");
        }
        if (bufferBytes < MIN_BUFFER || bufferBytes > MAX_BUFFER) {
            throw new IllegalArgumentException("the buffer must have 65536 to 1073741824 octets, not " + bufferBytes);
        }
        if (queueFrames < 1 || queueFrames > MAX_QUEUE) {
            throw new IllegalArgumentException("the queue must have room for 1 to 1000000 frames, not " + queueFrames);
        }
    }

    /** The interface with a hardware address of our own, 16 MiB in the kernel and 8,192 frames towards the loop. */
    public static PcapConfig of(String interfaceName, MacAddress mac) {
        return new PcapConfig(interfaceName, mac, true, DEFAULT_BUFFER, DEFAULT_QUEUE);
    }

    /** The interface with its own hardware address, and without promiscuous mode. */
    public static PcapConfig sharingMac(String interfaceName) {
        return new PcapConfig(interfaceName, MacAddress.NONE, false, DEFAULT_BUFFER, DEFAULT_QUEUE);
    }

    /** The same with or without promiscuous mode. */
    public PcapConfig withPromiscuous(boolean value) {
        return new PcapConfig(interfaceName, mac, value, bufferBytes, queueFrames);
    }

    /** The same with another ring in the kernel, in octets. */
    public PcapConfig withBufferBytes(int value) {
        return new PcapConfig(interfaceName, mac, promiscuous, value, queueFrames);
    }

    /** The same with another queue, in frames. */
    public PcapConfig withQueueFrames(int value) {
        return new PcapConfig(interfaceName, mac, promiscuous, bufferBytes, value);
    }
}
