package io.fourtuple.samples;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stack of a sample is plugged into, and the addresses at both ends.
 *
 * @param nic what the stack is plugged into
 * @param addresses of the stack, at least one
 * @param hostAddresses the kernel's addresses on the TAP or TUN device
 */
record NicOptions(NicChoice nic, List<InterfaceAddress> addresses, List<InterfaceAddress> hostAddresses) {
    static final InterfaceAddress DEFAULT_ADDRESS = InterfaceAddress.parse("10.77.0.2/24");

    NicOptions {
        if (!isCableToTheKernel(nic) && !hostAddresses.isEmpty()) {
            throw new SampleException("--host-address is the kernel's side of a TAP or TUN device: "
                    + "leave it out, or choose one with --nic tap:ft0");
        }
        addresses = addresses.isEmpty() ? List.of(DEFAULT_ADDRESS) : List.copyOf(addresses);
        hostAddresses = List.copyOf(hostAddresses);
    }

    boolean isMemory() {
        return nic instanceof NicChoice.Memory;
    }

    private static boolean isCableToTheKernel(NicChoice nic) {
        return switch (nic) {
            case NicChoice.Tap _, NicChoice.Tun _ -> true;
            case NicChoice.Memory _, NicChoice.Packet _, NicChoice.Pcap _, NicChoice.Vxlan _ -> false;
        };
    }

    /** What the stack is plugged into, for people. */
    String inWords() {
        return switch (nic) {
            case NicChoice.Memory _ -> "memory wire";
            case NicChoice.Tap(String name) -> "TAP " + name;
            case NicChoice.Tun(String name) -> "TUN " + name;
            case NicChoice.Packet(String name) -> "interface " + name;
            case NicChoice.Pcap(String name) -> "interface " + name + " by libpcap";
            case NicChoice.Vxlan tunnel -> tunnel.toString();
        };
    }

    /** One address for the other end of the wire on each prefix of the stack. */
    List<InterfaceAddress> otherEnd() {
        List<InterfaceAddress> ends = new ArrayList<>();
        for (InterfaceAddress ours : addresses) {
            IpAddress end = neighbourOf(ours).address();
            while (isOurs(end)) {
                end = IpAddress.of(end.high(), end.low() + 1);
            }
            if (!isHostOf(ours, end)) {
                throw new SampleException("--address " + ours
                        + " leaves no room for the other end of the wire beside the other addresses:"
                        + " use a shorter prefix");
            }
            InterfaceAddress other = new InterfaceAddress(end, ours.prefixLength());
            if (!ends.contains(other)) {
                ends.add(other);
            }
        }
        return List.copyOf(ends);
    }

    private boolean isOurs(IpAddress address) {
        return addresses.stream().anyMatch(ours -> ours.address().equals(address));
    }

    /** Whether it is in the prefix of {@code ours}, and not the broadcast address there. */
    private static boolean isHostOf(InterfaceAddress ours, IpAddress address) {
        int hostBits = (address.isV4() ? 32 : 128) - ours.prefixLength();
        boolean broadcast = address.isV4() && hostBits > 1
                && (~address.low() & ((1L << hostBits) - 1)) == 0;
        return !broadcast && ours.onLink().contains(address);
    }

    /** The first address of the same prefix that is not this one and may be a host's. */
    static InterfaceAddress neighbourOf(InterfaceAddress ours) {
        int hostBits = (ours.address().isV4() ? 32 : 128) - ours.prefixLength();
        if (hostBits < 1) {
            throw new SampleException("--address " + ours
                    + " leaves no room for the other end of the wire: use a shorter prefix, such as "
                    + (ours.address().isV4() ? "/24" : "/64"));
        }
        long mask = hostBits >= 64 ? -1L : (1L << hostBits) - 1;
        long network = ours.address().low() & ~mask;
        long first = hostBits == 1 ? network : network + 1;
        long low = first == ours.address().low() ? first + 1 : first;
        return new InterfaceAddress(
                IpAddress.of(ours.address().high(), low), ours.prefixLength());
    }
}
