package io.fourtuple.api.config;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.tap.TapConfig;
import java.security.SecureRandom;

/**
 * How the chosen network interface is set up. Each setting says which kinds of {@link NicChoice} it is for; the others
 * have no use for it. Immutable; start from {@link #defaults()}.
 *
 * @param hardwareAddress our end's, of all that carry Ethernet frames but the memory wire: {@code random} for one of
 *     our own, drawn when the interface is opened; one such as {@code 02:00:00:00:00:02}; or, with {@code packet}
 *     and {@code pcap}, {@code interface} to share that of the interface, where the network lets no other pass
 * @param mtu the largest IP packet, in octets, {@code tap}, {@code tun} and {@code vxlan}; 0 to leave the device as it
 *     is, and for the largest that a tunnel carries through a network of 1,500 octets
 * @param offload whether checksums and the cutting of super-frames are left to the kernel, {@code tap}, {@code tun} and
 *     {@code packet}
 * @param kernelBuffer octets that the kernel may hold, each way, of frames on their way, 64 KiB to 1 GiB,
 *     {@code packet} and {@code vxlan}; of those that have come, {@code pcap}
 * @param queueFrames frames that may wait between the thread that reads the interface and the event loop, 1 to
 *     1,000,000, {@code pcap}
 */
public record NicSettings(String hardwareAddress, int mtu, boolean offload, int kernelBuffer, int queueFrames) {
    /** The smallest {@link #kernelBuffer}, in octets. */
    public static final int MIN_KERNEL_BUFFER = 64 << 10;
    /** The largest {@link #kernelBuffer}, in octets. */
    public static final int MAX_KERNEL_BUFFER = 1 << 30;
    /** The largest {@link #queueFrames}. */
    public static final int MAX_QUEUE_FRAMES = 1_000_000;
    /** The largest {@link #mtu}, in octets: an IP packet's length has 16 bits. */
    public static final int MAX_MTU = 65535;

    /** {@link #hardwareAddress} for one that is drawn. */
    public static final String RANDOM = "random";
    /** {@link #hardwareAddress} for that of the interface. */
    public static final String INTERFACE = "interface";

    public NicSettings {
        checkHardwareAddress(hardwareAddress);
        if (mtu < 0 || mtu > MAX_MTU) {
            throw new IllegalArgumentException("the MTU must be 0 to " + MAX_MTU + ", not " + mtu);
        }
        if (kernelBuffer < MIN_KERNEL_BUFFER || kernelBuffer > MAX_KERNEL_BUFFER) {
            throw new IllegalArgumentException("the kernel's buffer must be " + MIN_KERNEL_BUFFER + " to "
                    + MAX_KERNEL_BUFFER + " octets, not " + kernelBuffer);
        }
        if (queueFrames < 1 || queueFrames > MAX_QUEUE_FRAMES) {
            throw new IllegalArgumentException(
                    "the queue must be for 1 to " + MAX_QUEUE_FRAMES + " frames, not " + queueFrames);
        }
    }

    /** What {@code reference.conf} says. */
    public static NicSettings defaults() {
        return new NicSettings(RANDOM, 0, true, 16 << 20, 8192);
    }

    /**
     * Returns {@code text} if it may be a {@link #hardwareAddress}.
     *
     * @throws IllegalArgumentException when it may not, with a sentence
     */
    public static String checkHardwareAddress(String text) {
        if (!text.equals(RANDOM) && !text.equals(INTERFACE)) {
            MacAddress mac = MacAddress.parse(text);
            if (mac.isMulticast() || mac.equals(MacAddress.NONE)) {
                throw new IllegalArgumentException(mac + " is no address of a station: choose one such as "
                        + "02:00:00:00:00:02");
            }
        }
        return text;
    }

    /** The address of a station of our own; {@link MacAddress#NONE} to share the interface's. */
    public MacAddress mac() {
        return switch (hardwareAddress) {
            case RANDOM -> TapConfig.randomMac(new SecureRandom());
            case INTERFACE -> MacAddress.NONE;
            default -> MacAddress.parse(hardwareAddress);
        };
    }

    /** The same with another hardware address. */
    public NicSettings withHardwareAddress(String value) {
        return new NicSettings(value, mtu, offload, kernelBuffer, queueFrames);
    }

    /** The same with another MTU, in octets. */
    public NicSettings withMtu(int value) {
        return new NicSettings(hardwareAddress, value, offload, kernelBuffer, queueFrames);
    }

    /** The same with or without offloads. */
    public NicSettings withOffload(boolean value) {
        return new NicSettings(hardwareAddress, mtu, value, kernelBuffer, queueFrames);
    }

    /** The same with another buffer in the kernel, in octets. */
    public NicSettings withKernelBuffer(int value) {
        return new NicSettings(hardwareAddress, mtu, offload, value, queueFrames);
    }

    /** The same with another queue, in frames. */
    public NicSettings withQueueFrames(int value) {
        return new NicSettings(hardwareAddress, mtu, offload, kernelBuffer, value);
    }
}
