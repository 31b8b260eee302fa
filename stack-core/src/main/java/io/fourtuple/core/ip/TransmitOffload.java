package io.fourtuple.core.ip;

import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SendReason;

/**
 * What the NIC has to finish in a frame handed to it, in the terms of {@code struct virtio_net_hdr}, and why the frame
 * is sent, for captures: a scratch object confined to its owner's thread. All positions are octets from the start of
 * the frame.
 */
public final class TransmitOffload {
    /** Whether the checksum field holds only the pseudo-header's sum and the NIC adds the rest. */
    public boolean checksum;
    /** Where summing starts: the TCP header. */
    public int checksumStart;
    /** Where the result goes, counted from {@link #checksumStart}. */
    public int checksumOffset;
    /** Payload octets per segment when the NIC has to cut the frame (TSO); 0 when it has not. */
    public int segmentSize;
    /** Octets of all headers, repeated before each segment; meaningful with {@link #segmentSize}. */
    public int headerLength;
    /** With {@link #segmentSize}: whether this is TCP over IPv6, else over IPv4. */
    public boolean ipv6;
    /** Why the frame is sent; {@link SendReason#NONE} when nobody has said. */
    public SendReason reason = SendReason.NONE;
    /** Which time in a row {@link #reason} has it sent, from 1; 0 when nobody counts. */
    public int attempt;
    /** The {@link io.fourtuple.core.wire.TcpFlags} of the segment in it, 0 when there is none. */
    public int flags;

    /** Why the frame is sent, in a few words; empty when nobody has said. Makes a string: for captures only. */
    public String describeReason() {
        return reason.describe(attempt, flags);
    }

    /** Takes over why {@code segment} is sent. */
    void explain(OutboundSegment segment) {
        reason = segment.reason;
        attempt = segment.attempt;
        flags = segment.flags;
    }

    /** The frame carries no segment. */
    TransmitOffload explain(SendReason why, int attempts) {
        reason = why;
        attempt = attempts;
        flags = 0;
        return this;
    }

    /** A copy of its own. */
    public TransmitOffload copy() {
        TransmitOffload copy = new TransmitOffload();
        copy.checksum = checksum;
        copy.checksumStart = checksumStart;
        copy.checksumOffset = checksumOffset;
        copy.segmentSize = segmentSize;
        copy.headerLength = headerLength;
        copy.ipv6 = ipv6;
        copy.reason = reason;
        copy.attempt = attempt;
        copy.flags = flags;
        return copy;
    }

    /** Nothing to do, as the frame is complete, and nothing said about why it is sent. */
    public TransmitOffload clear() {
        checksum = false;
        checksumStart = 0;
        checksumOffset = 0;
        segmentSize = 0;
        headerLength = 0;
        ipv6 = false;
        reason = SendReason.NONE;
        attempt = 0;
        flags = 0;
        return this;
    }
}
