package io.fourtuple.packetdrill.script;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** A packet as a script writes it, with its own numbers. */
public sealed interface PacketSpec {
    /** What is said of its IP header. */
    IpSpec ip();

    /**
     * A TCP segment.
     *
     * @param ports the script's own, when it says
     * @param flags the bits of the header, from FIN (1) to AE (256)
     * @param aceGiven whether the three bits AE, CWR and ECE were written as a number
     * @param acknowledgment 0 when it is not written
     * @param window not scaled; empty for any
     * @param urgentPointer 0 when it is not written
     * @param options empty for {@code <...>}: any
     */
    record Tcp(
            IpSpec ip,
            Optional<Ports> ports,
            int flags,
            boolean aceGiven,
            SequenceSpec sequence,
            long acknowledgment,
            OptionalInt window,
            int urgentPointer,
            Optional<List<TcpOptionSpec>> options) implements PacketSpec {
        public Tcp {
            Objects.requireNonNull(ip, "ip");
            Objects.requireNonNull(sequence, "sequence");
            options = options.map(List::copyOf);
        }

        /** The same with other flags. */
        public Tcp withFlags(int value) {
            return new Tcp(ip, ports, value, aceGiven, sequence, acknowledgment, window, urgentPointer, options);
        }

        /** The same with other sequence numbers. */
        public Tcp withSequence(SequenceSpec value) {
            return new Tcp(ip, ports, flags, aceGiven, value, acknowledgment, window, urgentPointer, options);
        }

        /** The same with another acknowledgment number. */
        public Tcp withAcknowledgment(long value) {
            return new Tcp(ip, ports, flags, aceGiven, sequence, value, window, urgentPointer, options);
        }

        /** The same with these options. */
        public Tcp withOptions(List<TcpOptionSpec> value) {
            return new Tcp(ip, ports, flags, aceGiven, sequence, acknowledgment, window, urgentPointer,
                    Optional.of(value));
        }
    }

    /** An ICMP message about a segment of ours. */
    record Icmp(
            IpSpec ip, String type, Optional<String> code, OptionalInt mtu, Optional<SequenceSpec> quoted)
            implements PacketSpec {
        public Icmp {
            Objects.requireNonNull(ip, "ip");
            Objects.requireNonNull(type, "type");
        }
    }

    /** Ports that a script writes. */
    record Ports(int source, int destination) {}

    /**
     * {@code start:end(length)}.
     *
     * @param absolute whether a {@code !} follows: the number on the wire is meant
     * @param any whether it was written as {@code ...(length)}
     */
    record SequenceSpec(long start, int length, boolean absolute, boolean any) {}

    /**
     * What is said of an IP header. Each part is empty when nothing is.
     *
     * @param trafficClass the whole octet
     * @param dscp the upper six bits
     * @param ecn the lower two bits; {@link #ECT01} for either of ECT(0) and ECT(1)
     * @param ttl or hop limit
     */
    record IpSpec(OptionalInt trafficClass, OptionalInt dscp, OptionalInt ecn, OptionalInt ttl) {
        /** Not a code point: either of the two that say "ECN-capable". */
        public static final int ECT01 = 4;
        /** Nothing is said. */
        public static final IpSpec ANY =
                new IpSpec(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
    }
}
