package io.fourtuple.core.wire;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A received ICMP (RFC 792) or ICMPv6 (RFC 4443, RFC 4861) message, checksum and lengths verified; {@link Malformed}
 * when they are wrong.
 */
public sealed interface IcmpMessage
        permits IcmpMessage.EchoRequest,
                IcmpMessage.EchoReply,
                IcmpMessage.Failure,
                IcmpMessage.NeighborSolicitation,
                IcmpMessage.NeighborAdvertisement,
                IcmpMessage.RouterAdvertisement,
                IcmpMessage.Ignored,
                Malformed {

    /**
     * Ping.
     *
     * @param identifier of the program that sends it, 0–65535
     * @param sequence 0–65535
     * @param dataOffset where the data to send back starts in the frame
     * @param dataLength its octets
     */
    record EchoRequest(int identifier, int sequence, int dataOffset, int dataLength) implements IcmpMessage {}

    /**
     * The answer to a ping.
     *
     * @param identifier as in the request
     * @param sequence as in the request
     * @param dataOffset where the data that came back starts in the frame
     * @param dataLength its octets
     */
    record EchoReply(int identifier, int sequence, int dataOffset, int dataLength) implements IcmpMessage {}

    /**
     * A packet of ours went no further.
     *
     * @param cause why
     * @param mtu with {@link Cause#TOO_BIG}: MTU of the next hop in octets, or 0 when the router did not say. As
     *     received: whoever uses it sets a floor (RFC 8201 §4, RFC 1191 §3)
     * @param quote which packet, when enough of it is quoted and it carried the start of a TCP segment
     */
    record Failure(Cause cause, int mtu, Optional<Quote> quote) implements IcmpMessage {
        public Failure {
            Objects.requireNonNull(cause, "cause");
            Objects.requireNonNull(quote, "quote");
        }
    }

    /** Why a packet of ours went no further. Only a quote in the right window makes it believable (RFC 5927 §4). */
    enum Cause {
        /** No route to the network or to the host: may pass. */
        UNREACHABLE,
        /** The host does not know the protocol. */
        PROTOCOL_UNREACHABLE,
        /** Nobody listens on the port. */
        PORT_UNREACHABLE,
        /** A firewall or an administrator does not want it. */
        PROHIBITED,
        /** Larger than the MTU of the next hop. */
        TOO_BIG,
        /** Hop limit used up on the way: may pass. */
        TIME_EXCEEDED,
        /** Not all fragments came in time: may pass. */
        REASSEMBLY,
        /** Something in a header of ours was not understood. */
        PARAMETER_PROBLEM
    }

    /**
     * The TCP segment of ours that a {@link Failure} is about.
     *
     * @param tuple its connection, as we see it: our address is the local one
     * @param seq its sequence number
     */
    record Quote(FourTuple tuple, int seq) {
        public Quote {
            Objects.requireNonNull(tuple, "tuple");
        }
    }

    /**
     * Who has this address (RFC 4861 §4.3)?
     *
     * @param target the address asked for, never multicast
     * @param sourceMac link-layer address of who asks; empty in duplicate address detection
     * @param nonce 48 bits by which who asks knows its own message again (RFC 7527), or {@link #NO_NONCE}
     */
    record NeighborSolicitation(IpAddress target, Optional<MacAddress> sourceMac, long nonce) implements IcmpMessage {
        /** There is none. */
        public static final long NO_NONCE = -1;

        /** One without a nonce. */
        public NeighborSolicitation(IpAddress target, Optional<MacAddress> sourceMac) {
            this(target, sourceMac, NO_NONCE);
        }

        public NeighborSolicitation {
            Objects.requireNonNull(target, "target");
            Objects.requireNonNull(sourceMac, "sourceMac");
        }
    }

    /**
     * I have this address (RFC 4861 §4.4).
     *
     * @param target the address, never multicast
     * @param router whether the sender is a router
     * @param solicited whether it answers a solicitation
     * @param override whether it replaces what is known
     * @param targetMac link-layer address of {@code target}
     */
    record NeighborAdvertisement(
            IpAddress target, boolean router, boolean solicited, boolean override, Optional<MacAddress> targetMac)
            implements IcmpMessage {
        public NeighborAdvertisement {
            Objects.requireNonNull(target, "target");
            Objects.requireNonNull(targetMac, "targetMac");
        }
    }

    /**
     * I am a router, and this is my network (RFC 4861 §4.2).
     *
     * @param hopLimit for packets of hosts, 0–255; 0 when the router does not say
     * @param preference of this router over others: -1, 0 or 1 (RFC 4191 §2.1)
     * @param lifetime for how many seconds it is a default router, 0–65535; 0: it is none
     * @param reachableTime for how many milliseconds a neighbour is believed to be there; 0 when it does not say
     * @param retransTimer milliseconds between solicitations; 0 when it does not say
     * @param sourceMac link-layer address of the router
     * @param mtu of the link in octets; 0 when it does not say
     * @param prefixes of the link; no more than {@link RouterMessages#MOST_PREFIXES}
     */
    record RouterAdvertisement(
            int hopLimit,
            int preference,
            int lifetime,
            long reachableTime,
            long retransTimer,
            Optional<MacAddress> sourceMac,
            long mtu,
            List<PrefixInformation> prefixes)
            implements IcmpMessage {
        public RouterAdvertisement {
            Objects.requireNonNull(sourceMac, "sourceMac");
            prefixes = List.copyOf(prefixes);
        }
    }

    /**
     * A network of the link (RFC 4861 §4.6.2).
     *
     * @param prefix its first address; what is behind the prefix is 0
     * @param length bits of the prefix, 0–128
     * @param onLink whether all addresses in it are on the link
     * @param autonomous whether hosts may make addresses in it
     * @param validLifetime seconds that this is true, up to {@link #FOR_EVER}
     * @param preferredLifetime seconds that addresses in it are to be used for what is new, up to {@link #FOR_EVER}
     */
    record PrefixInformation(
            IpAddress prefix,
            int length,
            boolean onLink,
            boolean autonomous,
            long validLifetime,
            long preferredLifetime) {
        /** A lifetime without an end. */
        public static final long FOR_EVER = 0xffff_ffffL;

        public PrefixInformation {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /**
     * One that this stack has no use for, such as a redirect or a source quench (RFC 6633).
     *
     * @param type 0–255
     * @param code 0–255
     */
    record Ignored(int type, int code) implements IcmpMessage {}
}
