package io.fourtuple.nic.sim;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Objects;

/**
 * The properties of one direction of a link. Immutable; start from {@link #DEFAULT} and change what matters with the
 * {@code with…} methods.
 *
 * <pre>
 *   sender ─▶ queue (limits, discipline) ─▶ transmitter (bandwidth) ─▶ wire (loss, corruption, delay …) ─▶ receiver
 * </pre>
 *
 * <p>A frame that the wire loses has taken its place in the queue and its time on the transmitter before.
 *
 * @param bandwidth bits per second, of whole frames from the link-layer header to the last octet of payload;
 *     {@link #UNLIMITED} for a link on which nobody waits
 * @param delay how long a frame travels
 * @param jitter the most that is added to {@code delay}, drawn evenly for each frame anew. Frames keep their order: one
 *     that would overtake arrives together with the one in front of it
 * @param loss the probability that a frame is lost, 0 to 1, independent of others
 * @param burstLoss losses that come in bursts, besides
 * @param duplication the probability that a frame arrives twice, 0 to 1
 * @param reordering frames that are held back so that others overtake them
 * @param corruption the probability that one bit of a frame's IP packet is inverted, 0 to 1. ARP is spared: it has no
 *     checksum that would tell
 * @param mtu the largest IP packet in octets, 68 to 65535; a larger one is lost
 * @param queueFrames how many frames may wait for the transmitter, 1 to 1,000,000
 * @param queueBytes how many octets of frames may wait for the transmitter, 1 to 2 147 483 647
 * @param discipline what happens to those that wait
 */
public record LinkConfig(
        long bandwidth,
        Duration delay,
        Duration jitter,
        double loss,
        BurstLoss burstLoss,
        double duplication,
        Reordering reordering,
        double corruption,
        int mtu,
        int queueFrames,
        int queueBytes,
        QueueDiscipline discipline) {
    /** No limit of the bandwidth: no frame ever waits, and there is no queue. */
    public static final long UNLIMITED = 0;
    /** A thousand bits per second. */
    public static final long KBIT = 1_000;
    /** A million bits per second. */
    public static final long MBIT = 1_000_000;
    /** A thousand million bits per second. */
    public static final long GBIT = 1_000_000_000;
    /** The smallest MTU (RFC 791 §3.2). IPv6 needs 1280. */
    public static final int MIN_MTU = 68;
    /** The largest MTU: the length of an IP packet has 16 bits. */
    public static final int MAX_MTU = 65_535;
    /** The most frames that a queue may be made for. */
    public static final int MAX_QUEUE_FRAMES = 1_000_000;

    /** No fault, no delay, no limit of the bandwidth, MTU 1500; 1,000 frames in the queue once there is one. */
    public static final LinkConfig DEFAULT = new LinkConfig(UNLIMITED, Duration.ZERO, Duration.ZERO, 0, BurstLoss.NONE,
            0, Reordering.NONE, 0, 1500, 1000, Integer.MAX_VALUE, new QueueDiscipline.DropTail());

    public LinkConfig {
        Objects.requireNonNull(burstLoss, "burstLoss");
        Objects.requireNonNull(reordering, "reordering");
        Objects.requireNonNull(discipline, "discipline");
        LinkChecks.check(bandwidth >= 0, "bandwidth must not be negative, is " + bandwidth);
        LinkChecks.checkDuration("delay", delay);
        LinkChecks.checkDuration("jitter", jitter);
        LinkChecks.checkProbability("loss", loss);
        LinkChecks.checkProbability("duplication", duplication);
        LinkChecks.checkProbability("corruption", corruption);
        LinkChecks.check(mtu >= MIN_MTU && mtu <= MAX_MTU, "mtu must be 68 to 65535, is " + mtu);
        LinkChecks.check(queueFrames >= 1 && queueFrames <= MAX_QUEUE_FRAMES,
                "queue-frames must be 1 to " + MAX_QUEUE_FRAMES + ", is " + queueFrames);
        LinkChecks.check(queueBytes >= 1, "queue-bytes must be at least 1, is " + queueBytes);
    }

    /**
     * The model of Gilbert and Elliott: a link that is good or bad, and in each state loses frames independently. The
     * state may change with each frame. A bad time lasts for 1 / {@code leaveBad} frames on average.
     *
     * @param enterBad the probability that a good link turns bad, 0 to 1
     * @param leaveBad the probability that a bad link turns good, 0 to 1
     * @param lossWhenGood the probability that a frame is lost on a good link, 0 to 1
     * @param lossWhenBad the same on a bad link
     */
    public record BurstLoss(double enterBad, double leaveBad, double lossWhenGood, double lossWhenBad) {
        /** Always good, and then nothing is lost. */
        public static final BurstLoss NONE = new BurstLoss(0, 1, 0, 0);

        public BurstLoss {
            LinkChecks.checkProbability("burst-loss.enter-bad", enterBad);
            LinkChecks.checkProbability("burst-loss.leave-bad", leaveBad);
            LinkChecks.checkProbability("burst-loss.loss-when-good", lossWhenGood);
            LinkChecks.checkProbability("burst-loss.loss-when-bad", lossWhenBad);
        }

        /**
         * All or nothing (Gilbert's simple model): bursts in which each frame is lost.
         *
         * @param loss which part of all frames is lost in the long run, 0 to less than 1
         * @param meanBurst how many frames in a row are lost on average, at least 1
         */
        public static BurstLoss ofBursts(double loss, double meanBurst) {
            LinkChecks.check(loss >= 0 && loss < 1, "the loss in bursts must be 0 to less than 1, is " + loss);
            LinkChecks.check(meanBurst >= 1, "the mean length of a burst must be at least 1, is " + meanBurst);
            double leave = 1 / meanBurst;
            double enter = leave * loss / (1 - loss);
            LinkChecks.check(enter <= 1,
                    "bursts of " + meanBurst + " frames are too short to lose " + loss + " of all frames");
            return new BurstLoss(enter, leave, 0, 1);
        }

        boolean isOn() {
            return lossWhenGood > 0 || (enterBad > 0 && lossWhenBad > 0);
        }
    }

    /**
     * Frames that are held back.
     *
     * @param probability that a frame is, 0 to 1
     * @param extraDelay how much later it arrives than it would; those behind it overtake it in the meantime
     */
    public record Reordering(double probability, Duration extraDelay) {
        /** None is. */
        public static final Reordering NONE = new Reordering(0, Duration.ZERO);

        public Reordering {
            LinkChecks.checkProbability("reordering.probability", probability);
            LinkChecks.checkDuration("reordering.extra-delay", extraDelay);
        }
    }

    /**
     * Reads the keys of {@code fourtuple.simulated-network.link} in {@code reference.conf}, which has what is missing.
     *
     * @param config the section with these keys
     * @throws IllegalArgumentException with one sentence, when a key is unknown or a value makes no sense
     */
    public static LinkConfig of(Config config) {
        ConfigReader reader = ConfigReader.of("link", config);
        reader.refuseOthers();
        return reader.make(() -> NetworkReader.linkConfig(reader));
    }

    /** The same with another bandwidth, in bits per second: {@code 10 * MBIT}; {@link #UNLIMITED} for no limit. */
    public LinkConfig withBandwidth(long bitsPerSecond) {
        return new LinkConfig(bitsPerSecond, delay, jitter, loss, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another delay. */
    public LinkConfig withDelay(Duration value) {
        return new LinkConfig(bandwidth, value, jitter, loss, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another jitter. */
    public LinkConfig withJitter(Duration value) {
        return new LinkConfig(bandwidth, delay, value, loss, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another probability of loss. */
    public LinkConfig withLoss(double value) {
        return new LinkConfig(bandwidth, delay, jitter, value, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with other bursts of loss. */
    public LinkConfig withBurstLoss(BurstLoss value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, value, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another probability of duplication. */
    public LinkConfig withDuplication(double value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, value, reordering, corruption, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same, but with this probability a frame arrives so much later than it would. */
    public LinkConfig withReordering(double probability, Duration extraDelay) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication,
                new Reordering(probability, extraDelay), corruption, mtu, queueFrames, queueBytes, discipline);
    }

    /** The same with another probability of corruption. */
    public LinkConfig withCorruption(double value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication, reordering, value, mtu,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another MTU, in octets. */
    public LinkConfig withMtu(int value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication, reordering, corruption, value,
                queueFrames, queueBytes, discipline);
    }

    /** The same with another limit of the queue, in frames. */
    public LinkConfig withQueueFrames(int value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication, reordering, corruption, mtu,
                value, queueBytes, discipline);
    }

    /** The same with another limit of the queue, in octets. */
    public LinkConfig withQueueBytes(int value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, value, discipline);
    }

    /** The same with another discipline of the queue. */
    public LinkConfig withDiscipline(QueueDiscipline value) {
        return new LinkConfig(bandwidth, delay, jitter, loss, burstLoss, duplication, reordering, corruption, mtu,
                queueFrames, queueBytes, value);
    }
}
