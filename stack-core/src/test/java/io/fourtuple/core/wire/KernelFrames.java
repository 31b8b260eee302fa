package io.fourtuple.core.wire;

import java.util.HexFormat;

/**
 * Frames that Linux 6 sent between two network namespaces, 02:00:00:00:77:01 with 10.77.0.1 and fd77::1 on one side,
 * 02:00:00:00:77:02 with 10.77.0.2 and fd77::2 on the other: what our codecs are compared with.
 */
final class KernelFrames {
    static final MacAddress MAC_1 = MacAddress.parse("02:00:00:00:77:01");
    static final MacAddress MAC_2 = MacAddress.parse("02:00:00:00:77:02");
    static final IpAddress V4_1 = IpAddress.parse("10.77.0.1");
    static final IpAddress V4_2 = IpAddress.parse("10.77.0.2");
    static final IpAddress V6_1 = IpAddress.parse("fd77::1");
    static final IpAddress V6_2 = IpAddress.parse("fd77::2");

    static final String ARP_REQUEST = "ffffffffffff0200000077010806 00010800060400010200000077010a4d0001"
            + "0000000000000a4d0002";
    static final String ARP_REPLY = "0200000077010200000077020806 00010800060400020200000077020a4d0002"
            + "0200000077010a4d0001";
    static final String SYN_V4 = "0200000077020200000077010800 4500003ce621400040063ffe0a4d00010a4d0002"
            + "e5f0000755817b3700000000a002faf07e8e0000 020405b4 0402080ac8943a9c00000000 0103030a";
    static final String SYN_ACK_V4 = "0200000077010200000077020800 4500003c00004000400626200a4d00020a4d0001"
            + "0007e5f0a0bb74bd55817b38a012fe8825e20000 020405b4 0402080a51eeed9bc8943a9c 0103030a";
    static final String DATA_V4 = "0200000077020200000077010800 45000039e623400040063fff0a4d00010a4d0002"
            + "e5f0000755817b38a0bb74be8018003f0f1c0000 0101080ac8943a9c51eeed9b 68656c6c6f";
    static final String FIN_V4 = "0200000077020200000077010800 45000034e6264000400640010a4d00010a4d0002"
            + "e5f0000755818 30da0bb74be8011003f48650000 0101080ac8943cf751eeee00";
    static final String SYN_V6 = "02000000770202000000770186dd 6002ced000280640"
            + "fd770000000000000000000000000001fd770000000000000000000000000002"
            + "ac86000759c5b66300000000a002fd2055240000 020405a0 0402080a30b30d7000000000 0103030a";
    static final String DATA_V6 = "02000000770202000000770186dd 6002ced000250640"
            + "fd770000000000000000000000000001fd770000000000000000000000000002"
            + "ac86000759c5b664b537d11d80180040e6390000 0101080a30b30d70be6411dd 68656c6c6f";
    static final String PING_V4 = "0200000077020200000077010800 4500002c532e40004001d3060a4d00010a4d0002"
            + "0800f5eb3fc80001 d5c1026b00000000e81d020000000000";
    static final String PONG_V4 = "0200000077010200000077020800 4500002c5333000040011302 0a4d00020a4d0001"
            + "0000fdeb3fc80001 d5c1026b00000000e81d020000000000";
    static final String PORT_UNREACHABLE_V4 = "0200000077010200000077020800"
            + "45c00039532f0000400112390a4d00020a4d0001 030311b400000000"
            + "4500001d594340004011ccf00a4d00010a4d0002 952f00090009de0678";
    static final String PING_V6 = "02000000770202000000770186dd 600004ec00183a40"
            + "fd770000000000000000000000000001fd770000000000000000000000000002"
            + "800016893fca0001 d5c1026b000000005439020000000000";
    static final String PONG_V6 = "02000000770102000000770286dd 6002810200183a40"
            + "fd770000000000000000000000000002fd770000000000000000000000000001"
            + "810015893fca0001 d5c1026b000000005439020000000000";
    static final String PORT_UNREACHABLE_V6 = "02000000770102000000770286dd 60013aea00393a40"
            + "fd770000000000000000000000000002fd770000000000000000000000000001"
            + "0104451100000000 60074d4e00091140"
            + "fd770000000000000000000000000001fd770000000000000000000000000002 b48900090009d85678";
    static final String NEIGHBOR_SOLICITATION = "3333ff00000202000000770186dd 6000000000203aff"
            + "fd770000000000000000000000000001ff0200000000000000000001ff000002"
            + "870005a900000000 fd770000000000000000000000000002 0101020000007701";
    static final String NEIGHBOR_ADVERTISEMENT = "02000000770102000000770286dd 6000000000203aff"
            + "fd770000000000000000000000000002fd770000000000000000000000000001"
            + "8800a43460000000 fd770000000000000000000000000002 0201020000007702";
    /** With a nonce option (RFC 7527). */
    static final String DUPLICATE_ADDRESS_DETECTION = "3333ff00770102000000770186dd 6000000000203aff"
            + "00000000000000000000000000000000ff0200000000000000000001ff007701"
            + "870007fd00000000 fe80000000000000000000fffe007701 0e01d1a9c7b5dfbe";
    /** Behind a hop-by-hop header with a router alert (RFC 2711). */
    static final String MULTICAST_LISTENER_REPORT = "33330000001602000000770186dd 6000000000380001"
            + "00000000000000000000000000000000ff020000000000000000000000000016 3a00050200000100"
            + "8f00f66d00000002 04000000ff0200000000000000000001ff007701 04000000ff0200000000000000000001ff000001";

    private KernelFrames() {}

    /** All of them, newly made. */
    static byte[][] all() {
        String[] frames = {
            ARP_REQUEST, ARP_REPLY, SYN_V4, SYN_ACK_V4, DATA_V4, FIN_V4, SYN_V6, DATA_V6, PING_V4, PONG_V4,
            PORT_UNREACHABLE_V4, PING_V6, PONG_V6, PORT_UNREACHABLE_V6, NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT,
            DUPLICATE_ADDRESS_DETECTION, MULTICAST_LISTENER_REPORT
        };
        byte[][] all = new byte[frames.length][];
        for (int i = 0; i < frames.length; i++) {
            all[i] = bytes(frames[i]);
        }
        return all;
    }

    /** Octets written in hexadecimal, blanks where they help. */
    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Blanks aside, the same text for the same octets. */
    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** The IPv4 header of a frame; fails when it is not accepted. */
    static IpHeader ipv4(byte[] frame) {
        return header(Ipv4Header.parse(frame, EthernetHeader.LENGTH));
    }

    /** The IPv6 header of a frame; fails when it is not accepted. */
    static IpHeader ipv6(byte[] frame) {
        return header(Ipv6Header.parse(frame, EthernetHeader.LENGTH));
    }

    private static IpHeader header(IpResult result) {
        return switch (result) {
            case IpHeader header -> header;
            case Ipv6Problem problem -> throw new AssertionError(problem.toString());
            case Malformed malformed -> throw new AssertionError(malformed.toString());
        };
    }
}
