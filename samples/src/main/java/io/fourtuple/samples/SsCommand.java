package io.fourtuple.samples;

import picocli.CommandLine.Command;

/** {@code ./run ss}. */
@Command(name = "ss", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Shows the sockets of the running sample, as Linux's ss -tani shows the kernel's. "
                + "LISTEN rows: Recv-Q is the length of the accept queue, Send-Q its bound.")
final class SsCommand extends ControlledCommand {
    @Override
    public void run() {
        print("ss");
    }
}
