package io.fourtuple.nic.pcapng;

import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;

/** What a captured packet starts with: those of tcpdump's list of link-layer header types that carry IP. */
public enum LinkType {
    /** An Ethernet header, perhaps with VLAN tags. */
    ETHERNET,
    /** An IP header. */
    IP,
    /** The header of Linux's "any" interface, {@code LINKTYPE_LINUX_SLL}. */
    LINUX_SLL,
    /** Its second version, {@code LINKTYPE_LINUX_SLL2}. */
    LINUX_SLL2,
    /** The address family of BSD's loop-back interface, {@code LINKTYPE_NULL} and {@code LINKTYPE_LOOP}. */
    LOOPBACK,
    /** Something that is not looked into. */
    OTHER;

    private static final int SLL_PROTOCOL = 14;
    private static final int SLL_HEADER = 16;
    private static final int SLL2_HEADER = 20;
    private static final int FAMILY = 4;
    private static final int TAG = 4;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88a8;

    /** The type with a number of the list. */
    static LinkType of(int number) {
        return switch (number) {
            case 1 -> ETHERNET;
            // DLT_RAW on two systems, LINKTYPE_RAW, _IPV4, _IPV6.
            case 12, 14, 101, 228, 229 -> IP;
            case 113 -> LINUX_SLL;
            case 276 -> LINUX_SLL2;
            case 0, 108 -> LOOPBACK;
            default -> OTHER;
        };
    }

    /** Where the IP header starts in a packet, -1 when there is none. */
    public int ipOffset(byte[] packet) {
        int offset = switch (this) {
            case ETHERNET -> behindTags(packet, EthernetHeader.LENGTH - 2);
            case IP -> 0;
            case LINUX_SLL -> ifIp(packet, SLL_PROTOCOL, SLL_HEADER);
            case LINUX_SLL2 -> ifIp(packet, 0, SLL2_HEADER);
            case LOOPBACK -> FAMILY;
            case OTHER -> -1;
        };
        return offset < packet.length ? offset : -1;
    }

    private static int behindTags(byte[] packet, int type) {
        int at = type;
        while (at + 2 <= packet.length
                && (Bytes.uint16(packet, at) == TYPE_VLAN || Bytes.uint16(packet, at) == TYPE_SERVICE_VLAN)) {
            at += TAG;
        }
        return ifIp(packet, at, at + 2);
    }

    private static int ifIp(byte[] packet, int type, int offset) {
        if (type + 2 > packet.length) {
            return -1;
        }
        int protocol = Bytes.uint16(packet, type);
        return protocol == EthernetHeader.TYPE_IPV4 || protocol == EthernetHeader.TYPE_IPV6 ? offset : -1;
    }
}
