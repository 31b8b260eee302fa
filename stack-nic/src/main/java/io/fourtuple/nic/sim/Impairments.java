package io.fourtuple.nic.sim;

import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.nic.loop.VirtualTime;
import java.util.random.RandomGenerator;

/**
 * Draws what the wire of one direction does to each frame, in the order in which frames are sent. Each kind of fault
 * has a source of its own, from which there is one draw for each frame while that fault is switched on, so that none
 * changes the course of the others.
 */
final class Impairments {
    private final VirtualTime time;
    private final String direction;
    private RandomGenerator loss;
    private RandomGenerator burstLoss;
    private RandomGenerator duplication;
    private RandomGenerator reordering;
    private RandomGenerator corruption;
    private RandomGenerator jitter;
    /** The state of {@link LinkConfig.BurstLoss}. */
    private boolean bad;

    Impairments(VirtualTime time, String direction) {
        this.time = time;
        this.direction = direction;
    }

    void decide(Transit transit, LinkConfig config) {
        if (config.loss() > 0) {
            loss = source(loss, "loss");
            transit.lost = loss.nextDouble() < config.loss();
        }
        if (config.burstLoss().isOn()) {
            burstLoss = source(burstLoss, "burst loss");
            transit.lost |= isLostInBurst(config.burstLoss());
        }
        if (config.duplication() > 0) {
            duplication = source(duplication, "duplication");
            transit.twice = duplication.nextDouble() < config.duplication();
        }
        if (config.reordering().probability() > 0) {
            reordering = source(reordering, "reordering");
            transit.heldBack = reordering.nextDouble() < config.reordering().probability()
                    ? config.reordering().extraDelay().toNanos()
                    : 0;
        }
        if (config.corruption() > 0) {
            corruption = source(corruption, "corruption");
            if (corruption.nextDouble() < config.corruption()) {
                corrupt(transit);
            }
        }
        if (!config.jitter().isZero()) {
            jitter = source(jitter, "jitter");
            transit.jitter = jitter.nextLong(config.jitter().toNanos());
        }
    }

    private boolean isLostInBurst(LinkConfig.BurstLoss model) {
        bad = bad ? burstLoss.nextDouble() >= model.leaveBad() : burstLoss.nextDouble() < model.enterBad();
        return burstLoss.nextDouble() < (bad ? model.lossWhenBad() : model.lossWhenGood());
    }

    /** Chooses the bit of the IP packet, if it is one, that is to be inverted. */
    void corrupt(Transit transit) {
        byte[] bytes = transit.frame.bytes();
        int bits = (bytes.length - EthernetHeader.LENGTH) * Byte.SIZE;
        if (bits > 0 && FrameOctets.isIp(bytes)) {
            corruption = source(corruption, "corruption");
            transit.corruptBit = corruption.nextInt(bits);
        }
    }

    private RandomGenerator source(RandomGenerator made, String fault) {
        return made != null ? made : time.random("link " + direction + " " + fault);
    }
}
