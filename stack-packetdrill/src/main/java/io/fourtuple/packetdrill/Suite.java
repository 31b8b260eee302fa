package io.fourtuple.packetdrill;

import io.fourtuple.packetdrill.engine.HostProfile;
import io.fourtuple.packetdrill.engine.Hosts;
import io.fourtuple.packetdrill.engine.Laboratory;
import io.fourtuple.packetdrill.engine.Outcome;
import io.fourtuple.packetdrill.engine.ScriptRun;
import io.fourtuple.packetdrill.script.Script;
import io.fourtuple.packetdrill.script.Script.ScriptOption;
import io.fourtuple.packetdrill.script.ScriptException;
import io.fourtuple.packetdrill.script.ScriptParser;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import io.fourtuple.packetdrill.wire.Passed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Scripts that are run one after the other, each on a stack of its own, in the same virtual time. */
public final class Suite implements AutoCloseable {
    private static final String EXTENSION = ".pkt";

    private final HostProfile profile;
    private final boolean strict;
    private final Set<String> definitions;
    private final List<ScriptOption> options;
    private final Supplier<Hosts> newHosts;
    private Hosts hosts;

    /**
     * @param profile whose defaults the stacks have
     * @param strict whether segments are taken as they are, and none may be left that no line expects
     * @param definitions {@code NAME} or {@code NAME=VALUE}: what {@code #ifdef} finds defined and names stand for
     */
    public Suite(HostProfile profile, boolean strict, Set<String> definitions) {
        this(profile, strict, definitions, List.of(), Laboratory::new);
    }

    /**
     * @param options of scripts, where they do not say them themselves
     * @param newHosts where the hosts come from, instead of a {@link Laboratory}; asked again after a run that was
     *     broken off
     */
    public Suite(HostProfile profile, boolean strict, Set<String> definitions, List<ScriptOption> options,
            Supplier<Hosts> newHosts) {
        this.options = List.copyOf(options);
        this.newHosts = newHosts;
        hosts = newHosts.get();
        this.profile = profile;
        this.strict = strict;
        this.definitions = Set.copyOf(definitions);
    }

    /**
     * A script that was run.
     *
     * @param script empty when it could not be read
     * @param packets what has passed the NIC
     * @param unexpected what was sent and no line has expected, as a script would write it
     */
    public record Result(
            Path file, Optional<Script> script, Outcome outcome, List<Passed> packets, List<String> unexpected) {
        public Result {
            packets = List.copyOf(packets);
            unexpected = List.copyOf(unexpected);
        }
    }

    /**
     * The scripts among these files and in these folders, in the order of their names.
     *
     * @throws IOException when one does not exist or cannot be read
     */
    public static List<Path> find(List<Path> paths) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isRegularFile(path)) {
                found.add(path);
                continue;
            }
            try (Stream<Path> files = Files.walk(path)) {
                files.filter(file -> file.toString().endsWith(EXTENSION)).sorted().forEach(found::add);
            }
        }
        return found;
    }

    /** Reads and runs a script. */
    public Result run(Path file) throws IOException {
        try {
            return run(file, ScriptParser.parse(file, definitions).withDefaults(options));
        } catch (ScriptException e) {
            return new Result(file, Optional.empty(), new Outcome.Failed(0, e.getMessage()), List.of(), List.of());
        } catch (UnsupportedFeatureException e) {
            return new Result(file, Optional.empty(), new Outcome.Skipped(0, e.feature()), List.of(), List.of());
        }
    }

    /** Runs a script. */
    public Result run(Path file, Script script) {
        ScriptRun run = new ScriptRun(hosts, script, profile, strict);
        try {
            return new Result(file, Optional.of(script), run.run(), run.packets(), run.unexpected());
        } catch (RuntimeException e) { // of the stack or of the interpreter: the next script gets another world
            hosts.close();
            hosts = newHosts.get();
            return new Result(file, Optional.of(script), new Outcome.Failed(0, "the run was broken off: " + e),
                    run.packets(), run.unexpected());
        }
    }

    @Override
    public void close() {
        hosts.close();
    }
}
