package io.fourtuple.packetdrill.engine;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.packetdrill.wire.Endpoints;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A socket or connection of a script: where it is, and how the script's numbers become those of the wire.
 *
 * <p>A script counts from the first octet of data: its numbers are 1 where SYN + 1 is meant. In a SYN it writes the
 * initial number itself.
 */
final class Flow {
    /** How far it is, as the script tells. */
    enum Stage {
        /** A socket that has done nothing. */
        FRESH,
        /** It listens. */
        LISTENING,
        /** connect(2) was called. */
        CONNECTING,
        /** A SYN of ours was expected. */
        SYN_SENT,
        /** The other end has answered our SYN. */
        SYN_ANSWERED,
        /** The other end has sent something to a port of ours. */
        REACHED,
        /** A SYN-ACK of ours was expected. */
        SYNACK_SENT,
        /** The other end has answered our SYN-ACK. */
        SYNACK_ANSWERED
    }

    private static final long MAX_32 = 0xffff_ffffL;

    Stage stage = Stage.FRESH;
    /** Descriptor in the script; -1 when there is none. */
    int scriptFd = -1;
    /** Descriptor of the host; -1 when there is none. */
    int fd = -1;
    final IpAddress local;
    final IpAddress remote;
    int localPort;
    int remotePort;
    int localIsn;
    int remoteIsn;
    long scriptLocalIsn;
    /** Whether the first packet went to a port where nobody listened: its numbers are those of the wire. */
    boolean firstIsAbsolute;
    /** Timestamps that the stack has sent, by what the script takes them for. */
    final Map<Long, Integer> timestamps = new LinkedHashMap<>();
    private boolean timestampSeen;
    private long firstScriptTimestamp;
    private int firstTimestamp;

    Flow(IpAddress local, IpAddress remote) {
        this.local = local;
        this.remote = remote;
    }

    /** From us to the other end. */
    Endpoints outbound() {
        return new Endpoints(local, localPort, remote, remotePort);
    }

    /** What is added to a number of ours in the script. */
    int localOffset(boolean syn) {
        return syn ? localIsn - (int) scriptLocalIsn : localIsn;
    }

    /** What is added to a number of the other end in the script. */
    int remoteOffset(boolean syn) {
        return syn ? 0 : remoteIsn;
    }

    /** A timestamp of ours that is as far from the first one as in the script. */
    int scaled(long script) {
        return firstTimestamp + (int) (script - firstScriptTimestamp);
    }

    /** What the script would write for a timestamp of ours that it takes for {@code script}. */
    long mapTimestamp(long script, boolean any, int live) {
        if (!any) {
            timestamps.put(script, live);
        }
        if (!timestampSeen) {
            timestampSeen = true;
            firstScriptTimestamp = script;
            firstTimestamp = live;
        }
        return firstScriptTimestamp + (live - firstTimestamp) & MAX_32;
    }
}
