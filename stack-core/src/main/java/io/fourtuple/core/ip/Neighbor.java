package io.fourtuple.core.ip;

import io.fourtuple.core.time.TimerQueue;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.ArrayDeque;

/** A host on our link and what is known of it. Its deadline is when the next request is due. */
final class Neighbor extends TimerQueue.Timed {
    /** The states of RFC 4861 §7.3.2, without DELAY: nobody above tells us that a neighbour is alive. */
    enum State {
        /** Asked for by multicast or broadcast; packets wait. */
        INCOMPLETE,
        /** Has answered lately. */
        REACHABLE,
        /** Was heard of, but not in answer to us, or long ago: usable, and asked as soon as it is used. */
        STALE,
        /** Usable, and being asked by unicast. */
        PROBE
    }

    /**
     * A packet that waits: everything from the IP header on, and what the NIC has still to do in it.
     *
     * @param packet from the IP header on
     * @param offload with positions that count from the IP header; null when the packet is complete
     * @param tuple of a TCP segment; null for anything else
     * @param seq of a TCP segment
     */
    record Waiting(byte[] packet, TransmitOffload offload, FourTuple tuple, int seq) {}

    final IpAddress address;
    /** Packets that wait for {@link #mac}; oldest first. */
    final ArrayDeque<Waiting> queue = new ArrayDeque<>(1);
    /** Meaningless in {@link State#INCOMPLETE}. */
    MacAddress mac = MacAddress.NONE;
    State state = State.INCOMPLETE;
    /** When {@link State#REACHABLE} ends. */
    long reachableUntil;
    /** When it was last asked because what is sent to it is not answered; meaningless unless {@link #suspected}. */
    long suspectedAt;
    /** Whether it was ever asked so. */
    boolean suspected;
    /** Requests sent without an answer. */
    int attempts;
    /** Whether it was sent to since the cache last looked for room. */
    boolean used;
    /** Index in the cache; -1 once it is no longer there, and whoever kept it has to look it up again. */
    int slot = -1;

    Neighbor(IpAddress address) {
        this.address = address;
    }

    boolean isGone() {
        return slot < 0;
    }
}
