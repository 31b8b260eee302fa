package io.fourtuple.core.wire;

/**
 * Walks the extension headers of a received IPv6 packet (RFC 8200 §4), a bounded number of them.
 *
 * <pre>
 *  hop-by-hop, destination options   | next header 1 | length 1 | options, to 8 * (length + 1) octets |
 *  routing                           | next header 1 | length 1 | type 1 | segments left 1 | …        |
 *  fragment                          | next header 1 | 0 | offset 13 bits, 00, M | identification 4   |
 * </pre>
 */
final class Ipv6Extensions {
    static final int HOP_BY_HOP = 0;
    static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    static final int DESTINATION_OPTIONS = 60;

    /**
     * RFC 8200 §4.1 has six in its recommended order, one of them twice; RFC 8504 §5.3 lets a host refuse more than it
     * cares for.
     */
    static final int MAX_HEADERS = 8;
    /** Options in one header, padding not counted; RFC 8504 §5.3 names this as the default of such a limit. */
    static final int MAX_OPTIONS = 8;

    private static final int PAD_1 = 0;
    private static final int PAD_N = 1;
    private static final int FRAGMENT_LENGTH = 8;
    private static final int OFFSET = 0xfff8;
    private static final int OFFSET_OR_MORE = 0xfff9;

    private Ipv6Extensions() {}

    static boolean isExtension(int nextHeader) {
        return nextHeader == HOP_BY_HOP || nextHeader == ROUTING || nextHeader == FRAGMENT
                || nextHeader == DESTINATION_OPTIONS;
    }

    /** Octets of the extension header at {@code index}, or -1 when it is not there whole. */
    static int headerLength(byte[] frame, int index, int end, int kind) {
        if (end - index < FRAGMENT_LENGTH) {
            return -1; // 8 octets are the least for any of them
        }
        int length = kind == FRAGMENT ? FRAGMENT_LENGTH : (Bytes.uint8(frame, index + 1) + 1) * 8;
        return length <= end - index ? length : -1;
    }

    /** True when a fragment header belongs to a packet that was really cut; "atomic" ones were not (RFC 6946 §4). */
    static boolean isPartial(byte[] frame, int index) {
        return (Bytes.uint16(frame, index + 2) & OFFSET_OR_MORE) != 0;
    }

    /** True when a fragment header belongs to a part that is not the first. */
    static boolean isLaterFragment(byte[] frame, int index) {
        return (Bytes.uint16(frame, index + 2) & OFFSET) != 0;
    }

    /**
     * Position of the octet that says that a fragment header comes, the last one in front of the payload; -1 when there
     * is none. Packets that were never cut may have one, too.
     */
    static int fragmentKindIndex(byte[] frame, IpHeader header) {
        int found = -1;
        int kindIndex = header.offset() + 6;
        int index = header.offset() + Ipv6Header.LENGTH;
        while (index < header.payloadOffset()) {
            int kind = Bytes.uint8(frame, kindIndex);
            int length = headerLength(frame, index, header.payloadOffset(), kind);
            if (length < 0) {
                return found;
            }
            found = kind == FRAGMENT ? kindIndex : found;
            kindIndex = index;
            index += length;
        }
        return found;
    }

    static IpResult walk(byte[] frame, int offset, int end, IpAddress source, IpAddress destination) {
        Walk walk = new Walk(frame, offset, end, source, destination);
        return walk.run();
    }

    /** The place where one walk is. */
    private static final class Walk {
        private final byte[] frame;
        private final int offset;
        private final int end;
        private final IpAddress source;
        private final IpAddress destination;
        /** Start of the header that {@link #kind} says. */
        private int index;
        /** Where {@link #kind} was read: what a complaint about it points to. */
        private int kindIndex;
        private int kind;

        Walk(byte[] frame, int offset, int end, IpAddress source, IpAddress destination) {
            this.frame = frame;
            this.offset = offset;
            this.end = end;
            this.source = source;
            this.destination = destination;
            kindIndex = offset + 6;
            kind = Bytes.uint8(frame, kindIndex);
            index = offset + Ipv6Header.LENGTH;
        }

        IpResult run() {
            for (int count = 0; isExtension(kind); count++) {
                if (count == MAX_HEADERS) {
                    return Malformed.IP_HEADER;
                }
                if (kind == HOP_BY_HOP && count > 0) {
                    return problem(Ipv6Problem.UNKNOWN_NEXT_HEADER, kindIndex, false); // §4.1: only in the first place
                }
                int length = headerLength(frame, index, end, kind);
                if (length < 0) {
                    return Malformed.IP_HEADER;
                }
                if (kind == FRAGMENT && isPartial(frame, index)) {
                    int protocol = Bytes.uint8(frame, index);
                    index += length;
                    return header(protocol, true);
                }
                IpResult wrong = check(length);
                if (wrong != null) {
                    return wrong;
                }
                kindIndex = index;
                kind = Bytes.uint8(frame, index);
                index += length;
            }
            return header(kind, false);
        }

        private IpResult check(int length) {
            return switch (kind) {
                case ROUTING -> checkRouting();
                case FRAGMENT -> null;
                default -> checkOptions(index + 2, index + length);
            };
        }

        /**
         * §4.4: we know no routing type, so one that has still something to do is refused and any other ignored. Type 0
         * is to be treated so too (RFC 5095 §3).
         */
        private IpResult checkRouting() {
            boolean done = Bytes.uint8(frame, index + 3) == 0;
            return done ? null : problem(Ipv6Problem.ERRONEOUS_FIELD, index + 2, false);
        }

        private IpResult checkOptions(int start, int stop) {
            int count = 0;
            int at = start;
            while (at < stop) {
                int type = Bytes.uint8(frame, at);
                if (type == PAD_1) {
                    at++;
                    continue;
                }
                if (stop - at < 2 || Bytes.uint8(frame, at + 1) > stop - at - 2) {
                    return Malformed.IP_HEADER;
                }
                if (type != PAD_N) {
                    IpResult wrong = checkUnknownOption(type, at);
                    if (wrong != null) {
                        return wrong;
                    }
                    count++;
                    if (count > MAX_OPTIONS) {
                        return Malformed.IP_HEADER;
                    }
                }
                at += 2 + Bytes.uint8(frame, at + 1);
            }
            return null;
        }

        /** §4.2: the two highest bits say what to do with a packet whose option is not known. */
        private IpResult checkUnknownOption(int type, int at) {
            return switch (type >>> 6) {
                case 0 -> null;
                case 1 -> Malformed.IP_HEADER;
                case 2 -> problem(Ipv6Problem.UNKNOWN_OPTION, at, true);
                default -> problem(Ipv6Problem.UNKNOWN_OPTION, at, false);
            };
        }

        private IpResult problem(int code, int at, boolean evenIfMulticast) {
            return new Ipv6Problem(source, destination, offset, end, code, at - offset, evenIfMulticast);
        }

        private IpResult header(int protocol, boolean fragment) {
            return new IpHeader(source, destination, protocol, offset, index, end - index,
                    Bytes.uint8(frame, offset + 7), Bytes.int32(frame, offset) >>> 20 & 0xff, fragment);
        }
    }
}
