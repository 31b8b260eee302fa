package io.fourtuple.samples;

import io.fourtuple.api.observe.ControlClient;
import io.fourtuple.api.observe.ControlDirectory;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the running sample something on its control socket and prints the answer. */
abstract class ControlledCommand implements Runnable {
    @Option(names = "--socket", paramLabel = "PATH",
            description = "control socket of the sample to ask (default: the one that was started last)")
    private Path socket;

    @Option(names = "--stack", paramLabel = "NAME",
            description = "which of the sample's stacks (default: the one that serves)")
    private String stack = SampleNetwork.SERVER;

    @Spec
    private CommandSpec spec;

    /** Asks {@code command} of the chosen stack. */
    void print(String command) {
        String answer = ControlClient.ask(socket == null ? newest() : socket, command + " " + stack);
        spec.commandLine().getOut().print(answer);
        spec.commandLine().getOut().flush();
    }

    private static Path newest() {
        List<Path> running = ControlDirectory.ofUser().sockets();
        if (running.isEmpty()) {
            throw new SampleException("no sample of yours is running: start one with ./run echo in another terminal");
        }
        return running.getFirst();
    }
}
