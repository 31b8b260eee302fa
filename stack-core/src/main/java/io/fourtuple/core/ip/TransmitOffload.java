package io.fourtuple.core.ip;

/**
 * What the NIC has to finish in a frame handed to it, in the terms of {@code struct virtio_net_hdr}: a scratch object
 * confined to its owner's thread. All positions are octets from the start of the frame.
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

    /** A copy of its own. */
    public TransmitOffload copy() {
        TransmitOffload copy = new TransmitOffload();
        copy.checksum = checksum;
        copy.checksumStart = checksumStart;
        copy.checksumOffset = checksumOffset;
        copy.segmentSize = segmentSize;
        copy.headerLength = headerLength;
        copy.ipv6 = ipv6;
        return copy;
    }

    /** Nothing to do: the frame is complete. */
    public TransmitOffload clear() {
        checksum = false;
        checksumStart = 0;
        checksumOffset = 0;
        segmentSize = 0;
        headerLength = 0;
        ipv6 = false;
        return this;
    }
}
