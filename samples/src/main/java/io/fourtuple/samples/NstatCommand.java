package io.fourtuple.samples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./run nstat}. */
@Command(name = "nstat", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Shows the counters of the running sample, as Linux's nstat -as shows the kernel's.")
final class NstatCommand extends ControlledCommand {
    @Option(names = {"-z", "--zeros"}, description = "show counters that are 0, too")
    private boolean zeros;

    @Override
    public void run() {
        print(zeros ? "nstat-zeros" : "nstat");
    }
}
