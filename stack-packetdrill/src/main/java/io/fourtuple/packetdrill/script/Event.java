package io.fourtuple.packetdrill.script;

import java.util.Objects;

/**
 * Something that happens at a time.
 *
 * @param line where it stands in the file, from 1
 * @param when it happens
 * @param action what happens
 */
public record Event(int line, EventTime when, Action action) {
    public Event {
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(action, "action");
    }

    /** What happens. */
    public sealed interface Action {}

    /** A packet is injected, or has to be sent by the stack. */
    public record PacketAction(Direction direction, PacketSpec packet) implements Action {}

    /** A program calls the socket layer. */
    public record CallAction(SystemCall call) implements Action {}

    /** A command of the shell. */
    public record CommandAction(String command) implements Action {}

    /** Python code, which looks at the {@code tcp_info} of the socket. */
    public record CodeAction(String code) implements Action {}

    /** Which way a packet goes. */
    public enum Direction {
        /** {@code <}: injected, from the remote end to the stack. */
        INBOUND,
        /** {@code >}: expected, from the stack. */
        OUTBOUND
    }
}
