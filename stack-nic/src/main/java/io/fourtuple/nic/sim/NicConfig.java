package io.fourtuple.nic.sim;

import com.typesafe.config.Config;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.MacAddress;

/**
 * The properties of a NIC. Immutable; start from {@link #DEFAULT} or {@link #FAST}.
 *
 * @param mtu the largest IP packet in octets, 68 to 65535
 * @param checksumOffload whether TCP checksums are left to this NIC. It does not compute them either unless somebody
 *     would notice: on a frame that is corrupted on its way, or that arrives at a NIC without this
 * @param maxSegmentedBytes the largest IP packet, in octets, that is carried in one piece although it should be cut
 *     into segments (a super-frame, as TSO and GRO have them), up to 65535; 0 for none. A link loses it or not as a
 *     whole. A NIC without this gets the segments
 * @param queueFrames how many frames may have arrived and wait to be read, at least 1; one more is dropped
 *     ({@code net.core.netdev_max_backlog})
 */
public record NicConfig(int mtu, boolean checksumOffload, int maxSegmentedBytes, int queueFrames) {
    /** MTU 1500, no offload, 4,096 frames. */
    public static final NicConfig DEFAULT = new NicConfig(1500, false, 0, 4096);
    /** The same with checksum offload: for simulations of many frames. */
    public static final NicConfig FAST = DEFAULT.withChecksumOffload(true);

    public NicConfig {
        check(mtu >= LinkConfig.MIN_MTU && mtu <= LinkConfig.MAX_MTU, "mtu must be 68 to 65535, is " + mtu);
        check(maxSegmentedBytes == 0 || (maxSegmentedBytes >= mtu && maxSegmentedBytes <= LinkConfig.MAX_MTU),
                "super-frames must be 0 or from the MTU to 65535, is " + maxSegmentedBytes);
        check(maxSegmentedBytes == 0 || checksumOffload, "super-frames need checksum-offload");
        check(queueFrames >= 1, "queue-frames must be at least 1, is " + queueFrames);
    }

    /**
     * Reads the keys of {@code fourtuple.simulated-network.nic} in {@code reference.conf}, which has what is missing.
     *
     * @param config the section with these keys
     * @throws IllegalArgumentException with one sentence, when a key is unknown or a value makes no sense
     */
    public static NicConfig of(Config config) {
        ConfigReader reader = ConfigReader.of("nic", config);
        return reader.make(() -> NetworkReader.nic(reader));
    }

    /** The same with another MTU, in octets. */
    public NicConfig withMtu(int value) {
        return new NicConfig(value, checksumOffload, maxSegmentedBytes, queueFrames);
    }

    /** The same with or without checksum offload. */
    public NicConfig withChecksumOffload(boolean value) {
        return new NicConfig(mtu, value, maxSegmentedBytes, queueFrames);
    }

    /** The same with super-frames up to an IP packet of this many octets, and the checksum offload they need. */
    public NicConfig withSuperFrames(int maxBytes) {
        return new NicConfig(mtu, true, maxBytes, queueFrames);
    }

    /** The same with room for another number of frames that have arrived. */
    public NicConfig withQueueFrames(int value) {
        return new NicConfig(mtu, checksumOffload, maxSegmentedBytes, value);
    }

    LinkProperties properties(MacAddress mac) {
        return new LinkProperties(Medium.ETHERNET, mac, mtu, checksumOffload, maxSegmentedBytes);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("NIC: " + message);
        }
    }
}
