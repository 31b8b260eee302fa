package io.fourtuple.nic.pcapng;

/** Numbers of the format, draft-ietf-opsawg-pcapng. A block is type, length, body, and the length again. */
final class Blocks {
    static final int SECTION_HEADER = 0x0A0D0D0A;
    static final int INTERFACE_DESCRIPTION = 1;
    static final int ENHANCED_PACKET = 6;

    static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;

    /** Type, length and length again. */
    static final int FRAMING = 12;

    static final int OPTION_END = 0;
    static final int OPTION_COMMENT = 1;
    static final int IF_NAME = 2;
    static final int IF_TSRESOL = 9;
    static final int SHB_USERAPPL = 4;
    static final int EPB_FLAGS = 2;

    /** Time stamps count nanoseconds: 10⁻⁹. */
    static final byte NANOSECONDS = 9;

    /** LINKTYPE_ETHERNET. */
    static final short ETHERNET = 1;
    /** LINKTYPE_RAW: IPv4 or IPv6, as the first octet says. */
    static final short RAW = 101;

    private Blocks() {}

    /** Rounded up to 32 bits, as every block and option is. */
    static int padded(int length) {
        return (length + 3) & ~3;
    }
}
