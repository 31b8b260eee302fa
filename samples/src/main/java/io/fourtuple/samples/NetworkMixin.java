package io.fourtuple.samples;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of every sample that serves on a stack of its own. */
@Command
final class NetworkMixin {
    @Option(names = "--nic", paramLabel = "KIND[:NAME]", defaultValue = "memory",
            converter = Converters.OfNic.class,
            description = "what the stack is plugged into: memory, a wire with a gateway at its other end, which needs "
                    + "no privilege; tap:NAME or tun:NAME, a device of the kernel, made or attached to; packet:NAME "
                    + "or pcap:NAME, an interface that exists; vxlan:VNI@ADDRESS, a tunnel, which needs no privilege "
                    + "(default: memory)")
    private NicChoice nic;

    @Option(names = "--address", paramLabel = "ADDRESS/PREFIX", converter = Converters.OfAddress.class,
            description = "address of the stack, IPv4 or IPv6; may be given several times (default: 10.77.0.2/24)")
    private List<InterfaceAddress> addresses = new ArrayList<>();

    @Option(names = "--host-address", paramLabel = "ADDRESS/PREFIX", converter = Converters.OfAddress.class,
            description = "configures the kernel's side of the TAP or TUN device, too; may be given several times "
                    + "(default: the commands to type are printed)")
    private List<InterfaceAddress> hostAddresses = new ArrayList<>();

    @Option(names = "--publish", paramLabel = "HOST:PORT:STACKPORT", converter = Converters.OfPublish.class,
            description = "makes a port of the stack on the memory wire reachable at a port of this machine; may be "
                    + "given several times (default: the port it serves on, at the port of 127.0.0.1 named above)")
    private List<Publish> publish = new ArrayList<>();

    @Option(names = "--pcap", paramLabel = "FILE",
            description = "records the frames of the stack's NIC as pcapng, which Wireshark and tcpdump read")
    private Path pcap;

    @Option(names = "--config", paramLabel = "FILE",
            description = "HOCON that differs from reference.conf, such as fourtuple.stack.tcp.no-delay = on")
    private Path config;

    /**
     * What was asked for.
     *
     * @throws SampleException with one sentence, when it does not go together
     */
    NetworkOptions options(Publish byDefault) {
        return NetworkOptions.of(new NicOptions(nic, addresses, hostAddresses), publish, byDefault, pcap, config);
    }
}
