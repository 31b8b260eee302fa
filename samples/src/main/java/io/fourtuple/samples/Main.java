package io.fourtuple.samples;

import io.fourtuple.api.config.ConfigurationException;
import io.fourtuple.api.observe.ControlException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line of the samples. Exit status 0: done; 1: done, and not what was expected, or a mistake was found; 2:
 * it could not be done, and one sentence on standard error says what to do about it.
 */
@Command(name = "run", subcommands = {
        EchoCommand.class, ProxyCommand.class, OverflowCommand.class, SimulateCommand.class, SearchCommand.class,
        ReplayCommand.class, SsCommand.class, NstatCommand.class},
        synopsisSubcommandLabel = "SAMPLE", description = "Starts a sample of Fourtuple.")
public final class Main {
    private Main() {}

    /**
     * Runs one sample and exits with its status.
     *
     * @param arguments the sample's name and its options; see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, which answers bad input with one sentence and status 2. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((exception, arguments) -> {
                    CommandLine command = exception.getCommandLine();
                    return refuse(command.getErr(), exception.getMessage() + "; ./"
                            + command.getCommandSpec().qualifiedName() + " --help lists the options");
                })
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof SampleException
                            || exception instanceof ConfigurationException
                            || exception instanceof ControlException) {
                        return refuse(command.getErr(), exception.getMessage());
                    }
                    throw exception;
                });
    }

    private static int refuse(PrintWriter err, String sentence) {
        err.println(sentence);
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }
}
