package io.fourtuple.api.simulation.streams;

import org.apache.pekko.util.ByteString;

/**
 * What one end of a connection sends to the other at once: as a segment, but of any length, and none gets lost while
 * the path is there. Numbers count octets from 0; a FIN takes one, a SYN none.
 *
 * @param kind what it is for
 * @param seq number of its first octet, or of the FIN
 * @param data its octets; none unless it is {@link Kind#DATA}, where none ask only for an answer
 * @param ack number of the octet that the sender expects next
 * @param right number of the first octet that the sender does not yet take
 */
record Parcel(Kind kind, long seq, ByteString data, long ack, long right) {
    enum Kind {
        SYN(1),
        SYN_ACK(2),
        DATA(3),
        FIN(4),
        ACK(5),
        RESET(6);

        /** In journals. */
        private final long code;

        Kind(long code) {
            this.code = code;
        }
    }

    /** For whatever is not expected: no numbers are checked. */
    static final Parcel RESET = new Parcel(Kind.RESET, 0, ByteString.emptyByteString(), 0, 0);

    /** What goes into the journal: that two runs sent the same. */
    long digest() {
        return (kind.code << 60) ^ (seq << 20) ^ data.length() ^ ((long) contentHash() << 28);
    }

    private int contentHash() {
        int hash = 0;
        byte[] octets = data.toArrayUnsafe();
        for (byte octet : octets) {
            hash = 31 * hash + octet;
        }
        return hash;
    }
}
