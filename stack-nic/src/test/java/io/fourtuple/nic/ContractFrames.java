package io.fourtuple.nic;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The frames of {@link NicContract} in one direction: numbered, filled with octets drawn from the number, and told from
 * those of others, as a kernel at the other end has something to say itself.
 */
final class ContractFrames {
    /** For experiments (IEEE 802). */
    private static final short ETHER_TYPE = (short) 0x88b5;
    /** For experiments (RFC 3692). */
    private static final byte PROTOCOL = (byte) 253;
    private static final byte TCP = 6;
    private static final int PORT = 7;
    private static final int IP_HEADER = 20;
    private static final int TCP_HEADER = 20;

    private final Medium medium;
    private final MacAddress to;
    private final MacAddress from;
    private final int source;
    private final int destination;
    /** Octets before the IP header. */
    private final int link;

    ContractFrames(Medium medium, MacAddress to, MacAddress from, int source, int destination) {
        this.medium = medium;
        this.to = to;
        this.from = from;
        this.source = source;
        this.destination = destination;
        this.link = medium == Medium.ETHERNET ? 14 : 0;
    }

    private int header() {
        return medium == Medium.ETHERNET ? link : IP_HEADER;
    }

    /** The length of the shortest frame. */
    int smallest() {
        return header() + Integer.BYTES;
    }

    byte[] numbered(int number, int length) {
        byte[] frame = new byte[length];
        ByteBuffer out = ByteBuffer.wrap(frame);
        if (medium == Medium.ETHERNET) {
            putEthernet(out, ETHER_TYPE);
        } else {
            putIp(out, PROTOCOL, length);
        }
        byte[] rest = new byte[length - smallest()];
        new SplittableRandom(number).nextBytes(rest);
        out.putInt(number).put(rest);
        return frame;
    }

    boolean isNumbered(byte[] frame) {
        if (frame.length < smallest()) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        return medium == Medium.ETHERNET
                ? in.getShort(12) == ETHER_TYPE && MacAddress.read(frame, 6).equals(from)
                : in.get(9) == PROTOCOL && in.getInt(12) == source;
    }

    boolean isTcp(byte[] frame) {
        return frame.length >= link + IP_HEADER + TCP_HEADER && frame[link + 9] == TCP
                && ByteBuffer.wrap(frame).getInt(link + 12) == source;
    }

    /** A TCP segment whose checksum is left to the NIC, which {@code offload} says. */
    byte[] unfinishedTcp(byte[] payload, int segmentSize, TransmitOffload offload) {
        int length = IP_HEADER + TCP_HEADER + payload.length;
        ByteBuffer out = ByteBuffer.allocate(link + length);
        if (medium == Medium.ETHERNET) {
            putEthernet(out, (short) 0x0800);
        }
        putIp(out, TCP, length);
        out.putShort((short) PORT).putShort((short) PORT).putInt(1).putInt(1);
        out.putShort((short) 0x5010).putShort((short) 0xffff);
        out.putShort((short) Checksum.fold(pseudoHeader(TCP_HEADER + payload.length))).putShort((short) 0);
        out.put(payload);
        offload.clear();
        offload.checksum = true;
        offload.checksumStart = link + IP_HEADER;
        offload.checksumOffset = 16;
        offload.segmentSize = segmentSize;
        offload.headerLength = segmentSize == 0 ? 0 : link + IP_HEADER + TCP_HEADER;
        return out.array();
    }

    boolean isTcpChecksumRight(byte[] frame) {
        int length = ByteBuffer.wrap(frame).getShort(link + 2) & 0xffff;
        int tcp = length - IP_HEADER;
        return Checksum.verifies(pseudoHeader(tcp) + Checksum.sum(frame, link + IP_HEADER, tcp));
    }

    byte[] tcpPayload(byte[] frame) {
        return Arrays.copyOfRange(frame, link + IP_HEADER + TCP_HEADER, frame.length);
    }

    private int pseudoHeader(int tcpLength) {
        return Checksum.pseudoHeader(IpAddress.ofV4(source), IpAddress.ofV4(destination), TCP, tcpLength);
    }

    private void putEthernet(ByteBuffer out, short type) {
        to.write(out);
        from.write(out);
        out.putShort(type);
    }

    private void putIp(ByteBuffer out, byte protocol, int length) {
        int start = out.position();
        out.putShort((short) 0x4500).putShort((short) length).putInt(0x4000);
        out.put((byte) 64).put(protocol).putShort((short) 0).putInt(source).putInt(destination);
        out.putShort(start + 10, (short) Checksum.finish(Checksum.sum(out, start, IP_HEADER)));
    }
}
