package io.fourtuple.samples;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./run proxy}. */
@Command(name = "proxy", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Starts a TCP proxy that listens on a stack and connects through the kernel or through a stack, "
                + "until Ctrl-C: at 127.0.0.1:7080 of this machine, unless told otherwise.")
final class ProxyCommand implements Runnable {
    private static final InterfaceAddress FAR_ADDRESS = InterfaceAddress.parse("10.77.1.2/24");

    @Option(names = "--to", paramLabel = "[stack:]HOST:PORT", required = true, converter = Converters.OfFarSide.class,
            description = "where to connect to: 127.0.0.1:7007 or example.org:80 through this machine's kernel, "
                    + "stack:10.77.0.1:80 through the stack; an IPv6 address stands in brackets")
    private FarSide to;

    @Option(names = "--port", defaultValue = "80",
            description = "port of the stack to listen on (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--idle-timeout", paramLabel = "TIME", defaultValue = "5m", converter = Converters.OfDuration.class,
            description = "resets both ends when no octet has passed either way for so long, such as 30s "
                    + "(default: ${DEFAULT-VALUE})")
    private Duration idleTimeout;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "10000",
            description = "how many connections to an address are carried at the same time; more wait in its accept "
                    + "queue (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--far-nic", paramLabel = "KIND:NAME", converter = Converters.OfNic.class,
            description = "connects through a second stack on this device (default: through the first)")
    private NicChoice farNic;

    @Option(names = "--far-address", paramLabel = "ADDRESS/PREFIX", converter = Converters.OfAddress.class,
            description = "address of the second stack; may be given several times (default: 10.77.1.2/24)")
    private List<InterfaceAddress> farAddresses = new ArrayList<>();

    @Option(names = "--far-host-address", paramLabel = "ADDRESS/PREFIX", converter = Converters.OfAddress.class,
            description = "configures the kernel's side of the second TAP or TUN device, too")
    private List<InterfaceAddress> farHostAddresses = new ArrayList<>();

    @Mixin
    private NetworkMixin network;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        ProxySample.start(new ProxyOptions(
                        network.options(ProxyOptions.published(port)), port, to, far(), idleTimeout, connections))
                .serveUntilEnd(spec.commandLine().getOut());
    }

    private Optional<NicOptions> far() {
        if (farNic == null && !(farAddresses.isEmpty() && farHostAddresses.isEmpty())) {
            throw new SampleException("--far-address and --far-host-address are those of a second stack: "
                    + "add its --far-nic tap:ft1, or leave them out");
        }
        return Optional.ofNullable(farNic).map(nic -> new NicOptions(
                nic, farAddresses.isEmpty() ? List.of(FAR_ADDRESS) : farAddresses, farHostAddresses));
    }
}
