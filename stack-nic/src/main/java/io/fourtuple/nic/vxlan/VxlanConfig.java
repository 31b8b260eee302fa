package io.fourtuple.nic.vxlan;

import io.fourtuple.core.wire.MacAddress;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * One end of a VXLAN tunnel (RFC 7348): an Ethernet cable to one other end, through UDP. Immutable; start from
 * {@link #of}.
 *
 * @param vni which of the networks between the two ends, 0 to 2²⁴ − 1
 * @param local where we receive; its address may be the wildcard, its port 0 for any that is free
 * @param remote the other end, of the same family as {@code local} unless that is the wildcard
 * @param mac our hardware address
 * @param mtu the largest IP packet inside, in octets, 68 to 65,535; the packets around it are {@link #overhead} longer
 *     and are never fragmented
 * @param receiveBuffer octets asked of the kernel for datagrams that have come, 4 KiB to 1 GiB; it may grant less
 *     ({@code net.core.rmem_max})
 * @param sendBuffer octets asked of the kernel for datagrams on their way out, likewise ({@code net.core.wmem_max})
 */
public record VxlanConfig(
        int vni,
        InetSocketAddress local,
        InetSocketAddress remote,
        MacAddress mac,
        int mtu,
        int receiveBuffer,
        int sendBuffer) {
    /** The port that IANA has assigned. */
    public static final int PORT = 4789;
    /** Outer IPv4, UDP and VXLAN headers and the inner Ethernet header: 20 + 8 + 8 + 14 octets. */
    public static final int OVERHEAD_V4 = 50;
    /** The same with an outer IPv6 header. */
    public static final int OVERHEAD_V6 = 70;
    /** As much as a full receive window; Linux grants less where nobody has raised its bound. */
    public static final int DEFAULT_BUFFER = 8 << 20;

    private static final int UNDERLAY_MTU = 1500;
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65535;
    private static final int MAX_VNI = (1 << 24) - 1;
    private static final int MIN_BUFFER = 4 << 10;
    private static final int MAX_BUFFER = 1 << 30;

    public VxlanConfig {
        check(vni >= 0 && vni <= MAX_VNI, "the network identifier must be 0 to 16777215, is " + vni);
        check(!remote.isUnresolved() && !local.isUnresolved(), "the ends must be addresses, not names: " + local + ", "
                + remote);
        check(remote.getPort() != 0 && !remote.getAddress().isAnyLocalAddress()
                && !remote.getAddress().isMulticastAddress(), remote + " is not where one host can be reached");
        check(local.getAddress().isAnyLocalAddress()
                || local.getAddress().getClass() == remote.getAddress().getClass(),
                "both ends must be IPv4 or both IPv6, not " + local + " and " + remote);
        check(!mac.isMulticast() && !mac.equals(MacAddress.NONE), mac + " is no address of a station: choose one such "
                + "as 02:00:00:00:00:02");
        check(mtu >= MIN_MTU && mtu <= MAX_MTU, "the MTU must be 68 to 65535, is " + mtu);
        checkBuffer(receiveBuffer);
        checkBuffer(sendBuffer);
    }

    /**
     * A tunnel over a network whose packets have at most 1,500 octets; we receive on the same port as the other end, on
     * all our addresses.
     */
    public static VxlanConfig of(int vni, InetSocketAddress remote, MacAddress mac) {
        return new VxlanConfig(vni, new InetSocketAddress(remote.getPort()), remote, mac,
                UNDERLAY_MTU - overhead(remote), DEFAULT_BUFFER, DEFAULT_BUFFER);
    }

    /** The same, received elsewhere. */
    public VxlanConfig withLocal(InetSocketAddress value) {
        return new VxlanConfig(vni, value, remote, mac, mtu, receiveBuffer, sendBuffer);
    }

    /** The same with another MTU inside, in octets. */
    public VxlanConfig withMtu(int value) {
        return new VxlanConfig(vni, local, remote, mac, value, receiveBuffer, sendBuffer);
    }

    /** The same over a network with another MTU, in octets: inside it is {@link #overhead} less. */
    public VxlanConfig withUnderlayMtu(int value) {
        return withMtu(Math.min(value - overhead(), MAX_MTU));
    }

    /** The same with other buffers in the kernel, in octets. */
    public VxlanConfig withBuffers(int receive, int send) {
        return new VxlanConfig(vni, local, remote, mac, mtu, receive, send);
    }

    /** Octets added to each IP packet: {@value #OVERHEAD_V4} over IPv4, {@value #OVERHEAD_V6} over IPv6. */
    public int overhead() {
        return overhead(remote);
    }

    private static int overhead(InetSocketAddress remote) {
        return remote.getAddress() instanceof Inet6Address ? OVERHEAD_V6 : OVERHEAD_V4;
    }

    private static void checkBuffer(int octets) {
        check(octets >= MIN_BUFFER && octets <= MAX_BUFFER,
                "a buffer must have 4096 to 1073741824 octets, not " + octets);
    }

    private static void check(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException("VXLAN: " + sentence);
        }
    }
}
