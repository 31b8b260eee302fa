package io.fourtuple.packetdrill;

import io.fourtuple.packetdrill.script.Event;
import io.fourtuple.packetdrill.script.Event.Direction;
import io.fourtuple.packetdrill.script.Event.PacketAction;
import io.fourtuple.packetdrill.script.EventTime;
import io.fourtuple.packetdrill.script.PacketSpec.SequenceSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.Script;
import io.fourtuple.packetdrill.script.TcpOptionSpec;
import java.util.ArrayList;
import java.util.List;

/** Makes wrong scripts of a right one, each with one expectation changed: an honest interpreter fails them. */
public final class Mutations {
    /** Beyond any tolerance that a script can have with the packets that are mutated. */
    private static final long LATE = 400_000_000_000L;
    private static final int PSH = 8;
    private static final int SYN = 2;

    private Mutations() {}

    /** A script with one expectation changed. */
    public record Mutant(Kind kind, int line, Script script) {}

    /** What is changed. */
    public enum Kind {
        /** A flag more, or less. */
        FLAGS,
        /** The sequence number. */
        SEQUENCE,
        /** The acknowledgment number. */
        ACKNOWLEDGMENT,
        /** The options. */
        OPTIONS,
        /** The time. */
        TIME
    }

    /** One mutant of each kind, where the script expects a packet that has what is to be changed. */
    public static List<Mutant> of(Script script) {
        List<Mutant> mutants = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < script.events().size(); i++) {
                Event event = script.events().get(i);
                if (event.action() instanceof PacketAction(Direction direction, Tcp tcp)
                        && direction == Direction.OUTBOUND) {
                    Event changed = changed(kind, event, tcp);
                    if (!changed.equals(event)) {
                        mutants.add(new Mutant(kind, event.line(), script.withEvent(i, changed)));
                        break;
                    }
                }
            }
        }
        return mutants;
    }

    /** The same event when there is nothing to change. */
    private static Event changed(Kind kind, Event event, Tcp tcp) {
        return switch (kind) {
            case FLAGS -> with(event, tcp.withFlags(tcp.flags() ^ PSH));
            case SEQUENCE -> tcp.sequence().any() || (tcp.flags() & SYN) != 0
                    ? event
                    : with(event, tcp.withSequence(moved(tcp.sequence())));
            case ACKNOWLEDGMENT -> with(event, tcp.withAcknowledgment(tcp.acknowledgment() + 1));
            case OPTIONS -> tcp.options()
                    .map(options -> with(event, tcp.withOptions(changed(options))))
                    .orElse(event);
            case TIME -> later(event);
        };
    }

    private static SequenceSpec moved(SequenceSpec sequence) {
        return new SequenceSpec(sequence.start() + 1, sequence.length(), sequence.absolute(), false);
    }

    private static List<TcpOptionSpec> changed(List<TcpOptionSpec> options) {
        List<TcpOptionSpec> changed = new ArrayList<>(options);
        if (changed.isEmpty()) {
            changed.addAll(List.of(
                    new TcpOptionSpec.Nop(), new TcpOptionSpec.Nop(), new TcpOptionSpec.SackPermitted()));
        } else {
            changed.set(0, changed.getFirst() instanceof TcpOptionSpec.Mss(int mss)
                    ? new TcpOptionSpec.Mss(mss ^ 1)
                    : changed.getFirst() instanceof TcpOptionSpec.Nop ? new TcpOptionSpec.Eol()
                    : new TcpOptionSpec.Nop());
        }
        return changed;
    }

    private static Event later(Event event) {
        EventTime later = switch (event.when()) {
            case EventTime.Absolute(long nanos) -> new EventTime.Absolute(nanos + LATE);
            case EventTime.Relative(long nanos) -> new EventTime.Relative(nanos + LATE);
            case EventTime.AbsoluteRange(long from, long to) -> new EventTime.AbsoluteRange(from + LATE, to + LATE);
            case EventTime.RelativeRange(long from, long to) -> new EventTime.RelativeRange(from + LATE, to + LATE);
            case EventTime.Any any -> any;
        };
        return later.equals(event.when()) ? event : new Event(event.line(), later, event.action());
    }

    private static Event with(Event event, Tcp tcp) {
        return new Event(event.line(), event.when(), new PacketAction(Direction.OUTBOUND, tcp));
    }
}
