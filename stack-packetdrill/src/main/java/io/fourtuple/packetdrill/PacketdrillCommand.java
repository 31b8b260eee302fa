package io.fourtuple.packetdrill;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.packetdrill.Mutations.Mutant;
import io.fourtuple.packetdrill.Suite.Result;
import io.fourtuple.packetdrill.engine.HostProfile;
import io.fourtuple.packetdrill.engine.Hosts;
import io.fourtuple.packetdrill.engine.KernelHosts;
import io.fourtuple.packetdrill.engine.Laboratory;
import io.fourtuple.packetdrill.engine.Outcome;
import io.fourtuple.packetdrill.script.Script.ScriptOption;
import io.fourtuple.packetdrill.wire.Passed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./run packetdrill}. */
@Command(name = "packetdrill", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs packetdrill scripts against a stack with real actors, in virtual time. One line for each "
                + "script that fails or is skipped. Exit status 1 when one failed.")
final class PacketdrillCommand implements Callable<Integer> {
    /** How often the kernel is asked, at most. */
    private static final int ATTEMPTS = 3;
    private static final double MUTANTS_THAT_MUST_FAIL = 0.99;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "scripts, and folders with scripts (*.pkt)")
    private List<Path> paths;

    @Option(names = "--profile", paramLabel = "HOST", defaultValue = "LINUX",
            description = "whose defaults the stack has: ${COMPLETION-CANDIDATES} (default: linux)")
    private HostProfile profile;

    /** What {@code --host} takes. */
    enum HostKind {
        STACK, KERNEL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "STACK",
            description = "who is asked: ${COMPLETION-CANDIDATES}. The Linux kernel is asked in a network namespace of "
                    + "its own, in real time, and needs root (default: stack)")
    private HostKind host;

    @Option(names = "--strict", description = "segments are not put together to the length that a line expects, and "
            + "nothing may be sent at the end that no line expects")
    private boolean strict;

    @Option(names = "--rest", description = "prints what was sent that no line expects, as a script would have it")
    private boolean rest;

    @Option(names = "--define", paramLabel = "NAME[=VALUE]",
            description = "what #ifdef finds defined, besides STANDARD, and what the name stands for in scripts")
    private List<String> defined = new ArrayList<>();

    @Option(names = "--set", paramLabel = "OPTION[=VALUE]",
            description = "an option of scripts, such as ip_version=ipv6, for those that do not say it themselves")
    private List<String> options = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "also writes the results there")
    private Path json;

    @Option(names = "--pcap", paramLabel = "FOLDER", description = "writes the packets of each script that fails there")
    private Path pcap;

    @Option(names = "--mutate", description = "then changes one expectation of each script that passes, flags, "
            + "sequence, acknowledgment, options and time in turn, and lists the changes that nobody notices; exit "
            + "status 1 when those are more than 1 %%")
    private boolean mutate;

    @Spec
    private CommandSpec spec;

    private int passed;
    private int failed;
    private int skipped;
    private int mutants;
    private int survivors;

    @Override
    public Integer call() throws IOException {
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new ParameterException(spec.commandLine(), "there is no " + path);
            }
        }
        List<Path> scripts = Suite.find(paths);
        if (scripts.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no script (*.pkt) in " + paths);
        }
        Set<String> definitions = profile.definitions(defined);
        definitions.add("STANDARD");
        PrintWriter out = spec.commandLine().getOut();
        ArrayNode report = new ObjectMapper().createArrayNode();
        Supplier<Hosts> hosts = switch (host) {
            case STACK -> Laboratory::new;
            case KERNEL -> KernelHosts::new;
        };
        try (Suite suite = new Suite(profile, strict, definitions, scriptOptions(), hosts)) {
            for (Path script : scripts) {
                Result result = ask(suite, script);
                print(result, out);
                if (rest) {
                    out.println("# " + script);
                    result.unexpected().forEach(out::println);
                }
                report.add(described(result));
                if (result.outcome() instanceof Outcome.Failed && pcap != null) {
                    writePackets(result);
                }
                if (result.outcome() instanceof Outcome.Passed && mutate) {
                    mutate(suite, result, out);
                }
            }
        }
        if (mutate) {
            out.printf(Locale.ROOT, "%d mutants, %d not noticed%n", mutants, survivors);
        }
        out.printf(Locale.ROOT, "%d passed, %d failed, %d skipped%n", passed, failed, skipped);
        out.flush();
        if (json != null) {
            writeReport(report);
        }
        boolean honest = survivors <= (1 - MUTANTS_THAT_MUST_FAIL) * mutants;
        return failed == 0 && honest ? 0 : 1;
    }

    private List<ScriptOption> scriptOptions() {
        return options.stream().map(option -> {
            int equals = option.indexOf('=');
            return new ScriptOption(0, equals < 0 ? option : option.substring(0, equals),
                    equals < 0 ? "" : option.substring(equals + 1));
        }).toList();
    }

    /** In real time a busy machine can be late: the kernel is asked again before it is said to answer otherwise. */
    private Result ask(Suite suite, Path script) throws IOException {
        Result result = suite.run(script);
        for (int i = 1; i < ATTEMPTS && host == HostKind.KERNEL && result.outcome() instanceof Outcome.Failed; i++) {
            result = suite.run(script);
        }
        return result;
    }

    private void print(Result result, PrintWriter out) {
        switch (result.outcome()) {
            case Outcome.Passed _ -> passed++;
            case Outcome.Failed(int line, String message) -> {
                failed++;
                out.printf(Locale.ROOT, "FAIL %s:%d: %s%n", result.file(), line, message);
            }
            case Outcome.Skipped(int line, String feature) -> {
                skipped++;
                out.printf(Locale.ROOT, "SKIP %s:%d: needs %s%n", result.file(), line, feature);
            }
        }
    }

    private void mutate(Suite suite, Result result, PrintWriter out) {
        for (Mutant mutant : Mutations.of(result.script().orElseThrow())) {
            mutants++;
            if (suite.run(result.file(), mutant.script()).outcome() instanceof Outcome.Passed) {
                survivors++;
                out.printf(Locale.ROOT, "NOT NOTICED %s:%d: %s%n", result.file(), mutant.line(),
                        mutant.kind().name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private static ObjectNode described(Result result) {
        ObjectNode node = new ObjectMapper().createObjectNode().put("script", result.file().toString());
        return switch (result.outcome()) {
            case Outcome.Passed _ -> node.put("outcome", "passed");
            case Outcome.Failed(int line, String message) ->
                    node.put("outcome", "failed").put("line", line).put("message", message);
            case Outcome.Skipped(int line, String feature) ->
                    node.put("outcome", "skipped").put("line", line).put("needs", feature);
        };
    }

    private void writeReport(ArrayNode scripts) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode report = mapper.createObjectNode()
                .put("passed", passed).put("failed", failed).put("skipped", skipped);
        if (mutate) {
            report.put("mutants", mutants).put("notNoticed", survivors);
        }
        report.set("scripts", scripts);
        mapper.writeValue(json.toFile(), report);
    }

    private void writePackets(Result result) throws IOException {
        Files.createDirectories(pcap);
        Path file = pcap.resolve(result.file().getFileName().toString().replaceAll("\\.pkt$", "") + ".pcapng");
        try (PcapngWriter writer = PcapngWriter.create(file, PcapngWriter.UNLIMITED)) {
            int number = writer.addInterface("script", Medium.IP);
            for (Passed packet : result.packets()) {
                writer.write(number, packet.nanos(), ByteBuffer.wrap(packet.packet()),
                        packet.outbound() ? Direction.OUTBOUND : Direction.INBOUND, "");
            }
        }
    }
}
