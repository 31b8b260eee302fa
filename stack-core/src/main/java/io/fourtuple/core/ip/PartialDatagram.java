package io.fourtuple.core.ip;

import io.fourtuple.core.time.TimerQueue;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpFragment;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What has come of one datagram. Parts never overlap, so it is whole when their octets are as many as the last one says
 * there are: the holes of RFC 815 need no list of their own.
 *
 * <p>Once it is given up it holds nothing but its name, until its time is over: the parts that are still to come must
 * go the same way (RFC 5722 §4).
 */
final class PartialDatagram extends TimerQueue.Timed {
    /**
     * What the fragments of a datagram have in common.
     *
     * @param protocol 0 in IPv6, where only the first fragment's says something (RFC 8200 §4.5)
     */
    record Key(IpAddress source, IpAddress destination, int protocol, int identification) {
        static Key of(IpHeader header, IpFragment fragment) {
            return new Key(header.source(), header.destination(), header.isV4() ? header.protocol() : 0,
                    fragment.identification());
        }
    }

    /** A fragment in the array that it was received in. */
    record Part(byte[] frame, IpHeader header, IpFragment fragment) {
        boolean isCopy(Part other) {
            return fragment.equals(other.fragment)
                    && Arrays.equals(frame, header.payloadOffset(), header.end(),
                            other.frame, other.header.payloadOffset(), other.header.end());
        }
    }

    /** How a fragment goes with those that are there. */
    enum Fit {
        /** It fills a hole. */
        NEW,
        /** It is there already, octet by octet. */
        COPY,
        /** It says something else of octets that are there, or of where the end is. */
        CONTRADICTION
    }

    /** Longest datagram, headers included in IPv4, without the fixed header in IPv6. */
    static final int MAX_LENGTH = 65_535;
    private static final int UNKNOWN = -1;

    final Key key;
    final Reassembly.Source source;
    /** What it is charged with, in octets. */
    int charge;
    private final TreeMap<Integer, Part> parts = new TreeMap<>();
    private boolean abandoned;
    private int present;
    private int length = UNKNOWN;
    /** Bit n is set when a fragment had n in its two bits of ECN. */
    private int ecnSeen;

    PartialDatagram(Key key, Reassembly.Source source) {
        this.key = key;
        this.source = source;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    int partCount() {
        return parts.size();
    }

    /** The fragment with the start of the datagram, when it is there. */
    Optional<Part> first() {
        Map.Entry<Integer, Part> entry = parts.firstEntry();
        return entry == null || entry.getKey() != 0 ? Optional.empty() : Optional.of(entry.getValue());
    }

    Fit fit(Part part) {
        IpFragment fragment = part.fragment();
        Map.Entry<Integer, Part> before = parts.floorEntry(fragment.end() - 1);
        if (before != null && before.getValue().fragment().end() > fragment.start()) {
            return before.getValue().isCopy(part) ? Fit.COPY : Fit.CONTRADICTION;
        }
        boolean otherEnd = length != UNKNOWN && (fragment.end() > length || !fragment.more());
        boolean beyondEnd = !fragment.more() && !parts.isEmpty()
                && parts.lastEntry().getValue().fragment().end() > fragment.end();
        return otherEnd || beyondEnd ? Fit.CONTRADICTION : Fit.NEW;
    }

    /** Takes a part in that is new. */
    void add(Part part) {
        IpFragment fragment = part.fragment();
        parts.put(fragment.start(), part);
        present += fragment.length();
        ecnSeen |= 1 << part.header().ecn();
        if (!fragment.more()) {
            length = fragment.end();
        }
    }

    boolean isWhole() {
        return present == length;
    }

    /**
     * The packet that was cut, without a link-layer header; empty when it would be longer than a packet can be, or some
     * parts met a router that marks and others say that they must not be marked (RFC 3168 §5.3).
     */
    Optional<byte[]> assemble() {
        Part first = parts.firstEntry().getValue();
        IpHeader header = first.header();
        boolean marked = (ecnSeen & (1 << Ecn.CE)) != 0;
        if (exceeds(header, length) || (marked && (ecnSeen & (1 << Ecn.NOT_ECT)) != 0)) {
            return Optional.empty();
        }
        int ecn = marked ? Ecn.CE : header.ecn();
        byte[] packet = header.isV4()
                ? Ipv4Header.whole(first.frame(), header, length, ecn)
                : Ipv6Header.whole(first.frame(), header, length, ecn);
        int payload = packet.length - length;
        for (Part part : parts.values()) {
            System.arraycopy(part.frame(), part.header().payloadOffset(), packet, payload + part.fragment().start(),
                    part.fragment().length());
        }
        return Optional.of(packet);
    }

    /** Whether a datagram of so many octets behind headers like these is longer than one can be. */
    static boolean exceeds(IpHeader header, int fragmentedLength) {
        int headers = header.payloadOffset() - header.offset();
        int counted = header.isV4() ? headers : headers - Ipv6Header.LENGTH - IpFragment.V6_HEADER_LENGTH;
        return counted + fragmentedLength > MAX_LENGTH;
    }

    /** Lets go of everything but the name. */
    void abandon() {
        abandoned = true;
        parts.clear();
    }
}
