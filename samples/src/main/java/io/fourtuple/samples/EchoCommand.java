package io.fourtuple.samples;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ./run echo}. */
@Command(name = "echo", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Starts a TCP/IP stack that sends back what it gets, until Ctrl-C.")
final class EchoCommand implements Runnable {
    @Option(names = "--nic", paramLabel = "memory|tap:NAME", defaultValue = "memory", converter = NicConverter.class,
            description = "what the stack is plugged into: a wire in memory with a gateway at its other end, which "
                    + "needs no privilege, or a TAP device of the kernel, made or attached to (default: memory)")
    private NicChoice nic;

    @Option(names = "--address", paramLabel = "ADDRESS/PREFIX", converter = AddressConverter.class,
            description = "address of the stack, IPv4 or IPv6; may be given several times (default: 10.77.0.2/24)")
    private List<InterfaceAddress> addresses = new ArrayList<>();

    @Option(names = "--port", defaultValue = "7", description = "port to echo on (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--publish", paramLabel = "HOST:PORT:STACKPORT", converter = PublishConverter.class,
            description = "makes a port of the stack on the memory wire reachable at a port of this machine; may be "
                    + "given several times (default: 127.0.0.1:7007 for the port to echo on)")
    private List<Publish> publish = new ArrayList<>();

    @Option(names = "--pcap", paramLabel = "FILE",
            description = "records the frames of the stack's NIC as pcapng, which Wireshark and tcpdump read")
    private Path pcap;

    @Option(names = "--host-address", paramLabel = "ADDRESS/PREFIX", converter = AddressConverter.class,
            description = "configures the kernel's side of the TAP device, too; may be given several times "
                    + "(default: the commands to type are printed)")
    private List<InterfaceAddress> hostAddresses = new ArrayList<>();

    @Option(names = "--config", paramLabel = "FILE",
            description = "HOCON that differs from reference.conf, such as fourtuple.stack.tcp.no-delay = on")
    private Path config;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        EchoOptions options = EchoOptions.of(nic, addresses, port, publish, pcap, hostAddresses, config);
        EchoSample sample = EchoSample.start(options);
        Runtime.getRuntime().addShutdownHook(new Thread(sample::close, "echo-shutdown"));
        sample.notes().forEach(out::println);
        out.println(sample.readyLine());
        out.flush();
        sample.awaitEnd();
    }

    /** Turns the sentence of an {@link IllegalArgumentException} into picocli's. */
    private static <T> T convert(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("\"" + text + "\" cannot be used: " + e.getMessage());
        }
    }

    static final class NicConverter implements ITypeConverter<NicChoice> {
        @Override
        public NicChoice convert(String text) {
            return EchoCommand.convert(text, NicChoice::parse);
        }
    }

    static final class AddressConverter implements ITypeConverter<InterfaceAddress> {
        @Override
        public InterfaceAddress convert(String text) {
            return EchoCommand.convert(text, InterfaceAddress::parse);
        }
    }

    static final class PublishConverter implements ITypeConverter<Publish> {
        @Override
        public Publish convert(String text) {
            return EchoCommand.convert(text, Publish::parse);
        }
    }
}
