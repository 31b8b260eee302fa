package io.fourtuple.packetdrill;

import picocli.CommandLine;

/** Where {@code ./run packetdrill} starts. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command, as it is run. */
    static CommandLine commandLine() {
        return new CommandLine(new PacketdrillCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }
}
