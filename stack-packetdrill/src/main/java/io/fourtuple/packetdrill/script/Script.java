package io.fourtuple.packetdrill.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A script as it was read. Immutable.
 *
 * @param name of its file, for messages
 * @param options what it says of itself, in its first lines
 * @param initCommand a command of the shell that is run before the first event
 * @param events what happens, in this order
 * @param cleanupCommand a command of the shell that is run at the end, however that comes
 */
public record Script(
        String name,
        List<ScriptOption> options,
        Optional<String> initCommand,
        List<Event> events,
        Optional<String> cleanupCommand) {
    public Script {
        Objects.requireNonNull(name, "name");
        options = List.copyOf(options);
        Objects.requireNonNull(initCommand, "initCommand");
        events = List.copyOf(events);
        Objects.requireNonNull(cleanupCommand, "cleanupCommand");
    }

    /**
     * {@code --name=value}.
     *
     * @param value empty when there is none
     */
    public record ScriptOption(int line, String name, String value) {}

    /** What the last option of this name says. */
    public Optional<String> option(String wanted) {
        return options.stream()
                .filter(option -> option.name().equals(wanted))
                .map(ScriptOption::value)
                .reduce((_, last) -> last);
    }

    /** The same with options that count where it does not say them itself. */
    public Script withDefaults(List<ScriptOption> defaults) {
        List<ScriptOption> all = new ArrayList<>(defaults);
        all.addAll(options);
        return new Script(name, all, initCommand, events, cleanupCommand);
    }

    /** The same with another event in the place of the one at {@code index}. */
    public Script withEvent(int index, Event event) {
        List<Event> changed = new ArrayList<>(events);
        changed.set(index, event);
        return new Script(name, options, initCommand, changed, cleanupCommand);
    }
}
