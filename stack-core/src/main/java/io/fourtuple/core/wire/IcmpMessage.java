package io.fourtuple.core.wire;

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
     */
    record NeighborSolicitation(IpAddress target, Optional<MacAddress> sourceMac) implements IcmpMessage {
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
     * One that this stack has no use for, such as a redirect or a source quench (RFC 6633).
     *
     * @param type 0–255
     * @param code 0–255
     */
    record Ignored(int type, int code) implements IcmpMessage {}
}
