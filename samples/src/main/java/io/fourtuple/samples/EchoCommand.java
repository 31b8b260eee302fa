package io.fourtuple.samples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./run echo}. */
@Command(name = "echo", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Starts a TCP/IP stack that sends back what it gets, until Ctrl-C: "
                + "at 127.0.0.1:7007 of this machine, unless told otherwise.")
final class EchoCommand implements Runnable {
    @Option(names = "--port", defaultValue = "7", description = "port to echo on (default: ${DEFAULT-VALUE})")
    private int port;

    @Mixin
    private NetworkMixin network;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        EchoSample.start(new EchoOptions(network.options(EchoOptions.published(port)), port))
                .serveUntilEnd(spec.commandLine().getOut());
    }
}
