package io.fourtuple.nic;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.wire.MacAddress;
import java.time.Duration;

/**
 * A cable in memory between two NICs of one JVM, with the faults of a real one.
 *
 * <p>Each direction is full duplex and independent. Its faults are drawn from a generator of its own, frame by frame in
 * the order of sending: the same seed and the same frames give the same losses, duplicates and delays. The two ends may
 * be used by different threads. Needs no JVM flag and no native code.
 */
public final class MemoryWire implements AutoCloseable {
    /** The hardware address of {@link #left}, locally administered. */
    public static final MacAddress LEFT_MAC = MacAddress.parse("02:00:5e:10:00:01");
    /** The hardware address of {@link #right}, locally administered. */
    public static final MacAddress RIGHT_MAC = MacAddress.parse("02:00:5e:10:00:02");

    private final MemoryNic left;
    private final MemoryNic right;

    /**
     * Lays a wire.
     *
     * @param config its properties, the same for both directions
     * @param clock the time that delays are measured in: the clock of both ends' loops
     */
    public MemoryWire(Config config, Clock clock) {
        MemoryDirection eastward = new MemoryDirection(config, clock, config.seed());
        MemoryDirection westward = new MemoryDirection(config, clock, ~config.seed());
        left = new MemoryNic("memory-left", LEFT_MAC, config, eastward, westward);
        right = new MemoryNic("memory-right", RIGHT_MAC, config, westward, eastward);
    }

    /** Lays a wire in real time, that of {@link System#nanoTime()}. */
    public MemoryWire(Config config) {
        this(config, System::nanoTime);
    }

    /** One end. The same object each time. */
    public Nic left() {
        return left;
    }

    /** The other end. The same object each time. */
    public Nic right() {
        return right;
    }

    /** Closes both ends. For when nobody has taken them over: their {@link NicActor}s close them otherwise. */
    @Override
    public void close() {
        left.close();
        right.close();
    }

    /**
     * The properties of a wire. Immutable; start from {@link #DEFAULT} and change what matters with the {@code with…}
     * methods.
     *
     * @param medium what a frame starts with
     * @param mtu the largest IP packet in octets, 576 to 65535
     * @param maxSegmentedBytes the largest IP packet, in octets, that is carried in one piece although it should be cut
     *     into segments (a super-frame, as TSO and GRO have them), up to 65535; 0 for none
     * @param checksumOffload whether TCP checksums are left out and vouched for
     * @param loss the probability that a frame is lost, 0 to 1
     * @param duplication the probability that a frame that is not lost arrives twice, 0 to 1
     * @param delay how long a frame travels at least
     * @param jitter the most that is added to {@code delay}, drawn for each frame anew: frames may overtake each other
     * @param queueFrames how many frames may be on their way in one direction; one more is dropped
     * @param seed where the faults are drawn from
     */
    public record Config(
            Medium medium,
            int mtu,
            int maxSegmentedBytes,
            boolean checksumOffload,
            double loss,
            double duplication,
            Duration delay,
            Duration jitter,
            int queueFrames,
            long seed) {

        /** Ethernet, MTU 1500, no offload, no fault, no delay, 1,024 frames, seed 0. */
        public static final Config DEFAULT = new Config(
                Medium.ETHERNET, 1500, 0, false, 0.0, 0.0, Duration.ZERO, Duration.ZERO, 1024, 0);

        /** The smallest MTU: what every IPv4 host accepts (RFC 791 §3.1). IPv6 needs 1280. */
        public static final int MIN_MTU = 576;
        /** The largest IP packet: its length has 16 bits. */
        public static final int MAX_PACKET = 65535;

        public Config {
            check(mtu >= MIN_MTU && mtu <= MAX_PACKET, "mtu must be 576 to 65535, is " + mtu);
            check(maxSegmentedBytes == 0 || (maxSegmentedBytes >= mtu && maxSegmentedBytes <= MAX_PACKET),
                    "maxSegmentedBytes must be 0 or from the MTU to 65535, is " + maxSegmentedBytes);
            check(loss >= 0 && loss <= 1, "loss must be 0 to 1, is " + loss);
            check(duplication >= 0 && duplication <= 1, "duplication must be 0 to 1, is " + duplication);
            check(!delay.isNegative(), "delay must not be negative, is " + delay);
            check(!jitter.isNegative(), "jitter must not be negative, is " + jitter);
            check(queueFrames > 0, "queueFrames must be at least 1, is " + queueFrames);
        }

        /** The same with another medium. */
        public Config withMedium(Medium value) {
            return new Config(value, mtu, maxSegmentedBytes, checksumOffload, loss, duplication, delay, jitter,
                    queueFrames, seed);
        }

        /** The same with another MTU, in octets. */
        public Config withMtu(int value) {
            return new Config(medium, value, maxSegmentedBytes, checksumOffload, loss, duplication, delay, jitter,
                    queueFrames, seed);
        }

        /** The same with super-frames up to an IP packet of this many octets, and the checksum offload TSO needs. */
        public Config withSuperFrames(int maxBytes) {
            return new Config(medium, mtu, maxBytes, true, loss, duplication, delay, jitter, queueFrames, seed);
        }

        /** The same with or without checksum offload. */
        public Config withChecksumOffload(boolean value) {
            return new Config(medium, mtu, maxSegmentedBytes, value, loss, duplication, delay, jitter, queueFrames,
                    seed);
        }

        /** The same with another probability of loss. */
        public Config withLoss(double value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, value, duplication, delay, jitter,
                    queueFrames, seed);
        }

        /** The same with another probability of duplication. */
        public Config withDuplication(double value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, loss, value, delay, jitter, queueFrames,
                    seed);
        }

        /** The same with another delay. */
        public Config withDelay(Duration value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, loss, duplication, value, jitter,
                    queueFrames, seed);
        }

        /** The same with another jitter. */
        public Config withJitter(Duration value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, loss, duplication, delay, value,
                    queueFrames, seed);
        }

        /** The same with another queue, in frames per direction. */
        public Config withQueueFrames(int value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, loss, duplication, delay, jitter, value,
                    seed);
        }

        /** The same with another seed. */
        public Config withSeed(long value) {
            return new Config(medium, mtu, maxSegmentedBytes, checksumOffload, loss, duplication, delay, jitter,
                    queueFrames, value);
        }

        /** The longest frame, link-layer header included, in octets. */
        public int maxFrame() {
            return (medium == Medium.ETHERNET ? ETHERNET_HEADER : 0) + Math.max(mtu, maxSegmentedBytes);
        }

        private static final int ETHERNET_HEADER = 14;

        private static void check(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException("memory wire: " + message);
            }
        }
    }
}
