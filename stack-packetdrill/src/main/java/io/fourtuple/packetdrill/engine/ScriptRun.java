package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.host.CallException;
import io.fourtuple.packetdrill.script.Event;
import io.fourtuple.packetdrill.script.Event.CallAction;
import io.fourtuple.packetdrill.script.Event.CodeAction;
import io.fourtuple.packetdrill.script.Event.CommandAction;
import io.fourtuple.packetdrill.script.Event.Direction;
import io.fourtuple.packetdrill.script.Event.PacketAction;
import io.fourtuple.packetdrill.script.EventTime;
import io.fourtuple.packetdrill.script.PacketSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Icmp;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.Script;
import io.fourtuple.packetdrill.script.SystemCall;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import io.fourtuple.packetdrill.wire.PacketCodec;
import io.fourtuple.packetdrill.wire.PacketCodec.MalformedPacketException;
import io.fourtuple.packetdrill.wire.Passed;
import io.fourtuple.packetdrill.wire.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One run of one script, on a host of its own. */
public final class ScriptRun {
    /** How long a packet is waited for that may come at any time. */
    private static final long PATIENCE = Duration.ofMinutes(30).toNanos();

    private final Hosts hosts;
    private final Script script;
    private HostProfile profile;
    private final boolean strict;
    private ScriptSettings settings;
    private Host host;
    private Flows flows;
    private SystemCalls calls;
    private final PythonCode code = new PythonCode();
    private final List<String> unexpected = new ArrayList<>();
    private final ScriptFiles files = new ScriptFiles();
    /** What counters had counted at the last look. */
    private Map<String, Long> counters = Map.of();

    /** When the first event happened, and what time the script has for it. */
    private long startedAt;
    private long startTime;
    /** The event that happens now, and the time that the script had for the one before. */
    private int index;
    /** So many events are commands that say how the stack is set up before it starts. */
    private int prepared;
    private long eventTime;
    private long lastEventTime;
    /** The call that has not returned. */
    private Optional<Blocked> blocked = Optional.empty();

    /** A call that blocks. */
    private record Blocked(SystemCalls.Made call, int line, long endsAt, long startedAt) {}

    /**
     * @param strict whether segments are taken as they are, and none may be left at the end that no line expects
     */
    public ScriptRun(Hosts hosts, Script script, HostProfile profile, boolean strict) {
        this.hosts = hosts;
        this.script = script;
        this.profile = profile;
        this.strict = strict;
    }

    /** Runs it, once. */
    public Outcome run() {
        try {
            settings = hosts.adapted(ScriptSettings.of(script, strict));
            profile = script.option("profile").map(HostProfile::named).orElse(profile);
            host = hosts.host(profile, settings);
            prepare();
            host.start();
            startedAt = host.nanoTime();
            attach();
            for (index = 0; index < script.events().size(); index++) {
                happen(script.events().get(index));
            }
            finish();
            return new Outcome.Passed();
        } catch (ScriptFailure e) {
            return new Outcome.Failed(line(), e.getMessage());
        } catch (UnsupportedFeatureException e) {
            return new Outcome.Skipped(line(), e.feature());
        } catch (IllegalArgumentException e) {
            return new Outcome.Failed(line(), e.getMessage());
        } finally {
            if (host != null) {
                host.close();
            }
        }
    }

    /** Everything that has passed the NIC. */
    public List<Passed> packets() {
        return host == null ? List.of() : host.recorded();
    }

    /** What was sent and no line has expected, as a script would write it. */
    public List<String> unexpected() {
        return List.copyOf(unexpected);
    }

    private int line() {
        List<Event> events = script.events();
        return index < events.size() ? events.get(index).line() : events.getLast().line();
    }

    // ---- the host ----

    /** What the commands say that come before anything happens. */
    private void prepare() {
        script.initCommand().map(ShellCommands::understand).ifPresent(this::setUp);
        for (index = 0; index < script.events().size(); index++) {
            if (!(script.events().get(index).action() instanceof CommandAction(String command))) {
                break;
            }
            setUp(ShellCommands.understand(command));
        }
        prepared = index;
    }

    private void setUp(List<ShellCommands.Wish> wishes) {
        for (ShellCommands.Wish wish : wishes) {
            switch (wish) {
                case ShellCommands.Wish.Setting(String name, String value) -> host.set(name, value, false);
                case ShellCommands.Wish.Cuts(boolean nic) -> host.cutsInNic(nic);
                case ShellCommands.Wish.Zeroes(String path, Optional<Long> octets) -> files.put(path, octets);
                case ShellCommands.Wish.Count _, ShellCommands.Wish.Counted _, ShellCommands.Wish.Forget _,
                        ShellCommands.Wish.Drop _ -> { } // nothing has happened yet
                case ShellCommands.Wish.Either(List<ShellCommands.Wish> first, List<ShellCommands.Wish> otherwise) ->
                        either(() -> setUp(first), () -> setUp(otherwise));
            }
        }
    }

    /** Does the other when the first is a command that fails. */
    private static void either(Runnable first, Runnable otherwise) {
        try {
            first.run();
        } catch (UnsupportedFeatureException _) {
            otherwise.run();
        }
    }

    private void attach() {
        flows = new Flows(settings);
        calls = new SystemCalls(host.sockets(), flows, settings, profile, files, new ControlCheck(
                settings.v6(), nanos -> nanos - startedAt + startTime, settings.toleranceNanos()));
    }

    // ---- time ----

    /** Now, by the script's clock. */
    private long now() {
        return host.nanoTime() - startedAt + startTime;
    }

    private void happen(Event event) {
        if (index == 0 && event.when() instanceof EventTime.Absolute(long nanos)) {
            startTime = nanos;
        }
        lastEventTime = index == 0 ? startTime : eventTime;
        long offset = now();
        switch (event.action()) {
            case PacketAction(Direction direction, PacketSpec packet) -> {
                if (direction == Direction.OUTBOUND) {
                    expect(event, packet, offset);
                } else {
                    waitFor(event, offset);
                    inject(packet);
                }
            }
            case CallAction(SystemCall call) -> {
                awaitBlocked();
                waitFor(event, offset);
                call(event, call, offset);
            }
            case CommandAction(String command) -> {
                waitFor(event, offset);
                ShellCommands.understand(command).forEach(this::fulfil);
            }
            case CodeAction(String text) -> {
                waitFor(event, offset);
                code.run(text, this::field);
            }
        }
    }

    /** Lets time pass until the event has to happen. */
    private void waitFor(Event event, long offset) {
        eventTime = switch (event.when()) {
            case EventTime.Absolute(long nanos) -> nanos;
            case EventTime.Relative(long nanos) -> offset + nanos;
            case EventTime.AbsoluteRange _, EventTime.RelativeRange _, EventTime.Any _ -> offset;
        };
        advance(() -> false, eventTime);
        host.runReady();
        if (now() - eventTime > tolerance(eventTime)) {
            throw new ScriptFailure("this has to happen at " + seconds(eventTime) + ", but it is " + seconds(now()));
        }
    }

    private long tolerance(long scriptTime) {
        return Math.max(settings.toleranceNanos(),
                (long) (settings.tolerancePercent() / 100 * Math.max(0, scriptTime - lastEventTime)));
    }

    /** Lets time pass until something is the case, or it is that late; calls that block return meanwhile. */
    private boolean advance(BooleanSupplier until, long scriptTime) {
        while (true) {
            completeBlocked();
            if (until.getAsBoolean()) {
                return true;
            }
            long left = scriptTime - now();
            if (left < 0) {
                return false;
            }
            boolean found = host.runUntil(
                    () -> mayReturn() || until.getAsBoolean(), // in this order: to look may let what is ready run
                    Duration.ofNanos(left));
            if (!found) {
                host.runUntil(scriptTime + startedAt - startTime);
                completeBlocked();
                return until.getAsBoolean();
            }
        }
    }

    private boolean mayReturn() {
        return blocked.filter(call -> call.call().isReady()).isPresent();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f s", nanos / 1e9);
    }

    // ---- calls ----

    private void call(Event event, SystemCall call, long offset) {
        Optional<SystemCalls.Made> made = calls.make(call);
        if (call.endNanos().isEmpty()) {
            return;
        }
        long end = call.endNanos().getAsLong() + (event.when() instanceof EventTime.Relative ? offset : 0);
        if (made.isPresent()) {
            blocked = Optional.of(new Blocked(made.get(), event.line(), end, eventTime));
        } else {
            checkEnd(call.name(), end, eventTime, event.line());
        }
    }

    private void completeBlocked() {
        blocked.filter(call -> call.call().isReady()).ifPresent(call -> {
            int at = index;
            try {
                if (call.call().complete()) {
                    blocked = Optional.empty();
                    checkEnd("the call", call.endsAt(), call.startedAt(), call.line());
                }
            } catch (ScriptFailure e) {
                throw new ScriptFailure("line " + call.line() + ": " + e.getMessage());
            } finally {
                index = at;
            }
        });
    }

    private void checkEnd(String what, long end, long start, int line) {
        long allowed = Math.max(settings.toleranceNanos(),
                (long) (settings.tolerancePercent() / 100 * (end - start)));
        if (Math.abs(now() - end) > allowed) {
            throw new ScriptFailure("line " + line + ": " + what + " has to return at " + seconds(end)
                    + ", but does at " + seconds(now()));
        }
    }

    /** A call is made when the one before has returned. */
    private void awaitBlocked() {
        if (blocked.isPresent()) {
            Blocked call = blocked.get();
            long limit = call.endsAt() + Math.max(settings.toleranceNanos(),
                    (long) (settings.tolerancePercent() / 100 * (call.endsAt() - call.startedAt())));
            if (!advance(() -> blocked.isEmpty(), limit)) {
                throw new ScriptFailure("line " + call.line() + ": the call has to return at "
                        + seconds(call.endsAt()) + ", but does not");
            }
        }
    }

    // ---- commands and code ----

    private void fulfil(ShellCommands.Wish wish) {
        switch (wish) {
            case ShellCommands.Wish.Setting(String name, String value) -> {
                if (index >= prepared && !isOver() && host.set(name, value, !flows.open().isEmpty())) {
                    attach();
                }
            }
            case ShellCommands.Wish.Count(String state, int port, int number) -> {
                long count = count(state, port);
                if (count != number) {
                    throw new ScriptFailure(number + " sockets in " + state + " were expected, not " + count);
                }
            }
            case ShellCommands.Wish.Forget _ -> {
                boolean later = index >= prepared && !isOver();
                if (later && !flows.open().isEmpty()) {
                    throw new UnsupportedFeatureException("forgetting peers while a socket is open");
                }
                if (later) {
                    host.forgetPeers();
                    attach();
                }
            }
            case ShellCommands.Wish.Either(List<ShellCommands.Wish> first, List<ShellCommands.Wish> otherwise) ->
                    either(() -> first.forEach(this::fulfil), () -> otherwise.forEach(this::fulfil));
            case ShellCommands.Wish.Cuts(boolean nic) -> host.cutsInNic(nic);
            case ShellCommands.Wish.Counted(String counter) -> look(counter);
            case ShellCommands.Wish.Zeroes(String path, Optional<Long> octets) -> files.put(path, octets);
            case ShellCommands.Wish.Drop(String state) ->
                throw new UnsupportedFeatureException("dropping connections in " + state);
        }
    }

    private void look(String counter) {
        Map<String, Long> before = counters;
        counters = host.counters();
        long counted = counters.getOrDefault(counter, 0L) - before.getOrDefault(counter, 0L);
        if (!counter.isEmpty() && counted == 0) {
            throw new ScriptFailure(counters.containsKey(counter)
                    ? counter + " has counted nothing"
                    : "there is no counter " + counter);
        }
    }

    /** Whether nothing follows but closing. */
    private boolean isOver() {
        List<Event> rest = script.events().subList(index, script.events().size());
        return rest.stream().allMatch(event -> switch (event.action()) {
            case PacketAction _, CodeAction _ -> false;
            case CommandAction _ -> true;
            case CallAction(SystemCall call) -> call.name().equals("close");
        });
    }

    private long count(String state, int port) {
        return state.equals("CLOSED")
                ? flows.open().stream().filter(flow -> host.sockets().state(flow.fd).equals(state)).count()
                : host.count(state, port);
    }

    private Optional<Long> field(String name) {
        Optional<Long> constant = TcpInfoConstants.of(name);
        if (constant.isPresent()) {
            return constant;
        }
        Flow flow = flows.latestOpen().orElseThrow(() -> new ScriptFailure("no socket is open to look at"));
        try {
            return host.sockets().info(flow.fd, name);
        } catch (CallException e) {
            throw new ScriptFailure("TCP_INFO fails with " + e.errno());
        }
    }

    // ---- packets ----

    private void inject(PacketSpec packet) {
        switch (packet) {
            case Tcp tcp -> host.inject(
                    Injection.tcp(tcp, flows.injecting(tcp), settings.scaledEcho()));
            case Icmp icmp -> host.inject(Injection.icmp(icmp, flows.current()));
        }
        host.runReady();
        completeBlocked();
    }

    private void expect(Event event, PacketSpec packet, long offset) {
        if (!(packet instanceof Tcp tcp)) {
            throw new UnsupportedFeatureException("ICMP that the stack sends");
        }
        long from = offset;
        long to = offset + PATIENCE;
        switch (event.when()) {
            case EventTime.Absolute(long nanos) -> {
                from = nanos;
                to = nanos;
            }
            case EventTime.Relative(long nanos) -> {
                from = offset + nanos;
                to = from;
            }
            case EventTime.AbsoluteRange(long first, long last) -> {
                from = first;
                to = last;
            }
            case EventTime.RelativeRange(long first, long last) -> {
                from = offset + first;
                to = offset + last;
            }
            case EventTime.Any _ -> { }
        }
        eventTime = event.when() instanceof EventTime.Any ? offset : from;
        long tolerance = tolerance(eventTime);
        Flow flow = flows.expecting(tcp);
        Sniffed sniffed = sniff(flow, tcp, to + tolerance, from);
        long ticks = settings.timestampTickNanos() == 0 ? -1
                : Math.max(tolerance, (long) (settings.tolerancePercent() / 100 * (eventTime - startTime)))
                        / settings.timestampTickNanos();
        List<String> differences = OutboundCheck.differences(tcp, flow, sniffed.segment(), ticks);
        if (!differences.isEmpty()) {
            throw new ScriptFailure("expected " + PacketText.describe(tcp) + ", but sent was "
                    + OutboundCheck.describe(flow, sniffed.segment(), tcp.sequence().absolute()) + ": "
                    + String.join("; ", differences));
        }
        boolean any = event.when() instanceof EventTime.Any;
        long at = sniffed.nanos() - startedAt + startTime;
        if (!any && (at < from - tolerance || at > to + tolerance)) {
            throw new ScriptFailure("expected " + PacketText.describe(tcp) + " at " + seconds(from)
                    + (to > from ? " to " + seconds(to) : "") + ", but it was sent at " + seconds(at));
        }
    }

    /** What the stack has sent next on this flow. */
    private record Sniffed(Segment segment, long nanos) {}

    private Sniffed sniff(Flow flow, Tcp wanted, long until, long from) {
        while (true) {
            if (!advance(host::hasSent, until)) {
                throw new ScriptFailure("expected " + PacketText.describe(wanted) + " at " + seconds(from)
                        + ", but nothing was sent until " + seconds(until));
            }
            Passed passed = host.take();
            Segment segment = decode(passed);
            if (!flows.matches(flow, segment)) {
                if (!flows.isPast(segment)) {
                    throw new ScriptFailure("expected " + PacketText.describe(wanted)
                            + ", but sent was a packet of another connection: " + segment.endpoints() + " " + segment);
                }
                continue;
            }
            return new Sniffed(merged(flow, segment, wanted), passed.nanos());
        }
    }

    /** The segment with those that follow it at once, until they are as long as what is wanted. */
    private Segment merged(Flow flow, Segment first, Tcp wanted) {
        Segment merged = first;
        while (!settings.strictSegments() && merged.payloadLength() > 0
                && merged.payloadLength() < wanted.sequence().length() && !merged.has(Segment.FIN)) {
            host.runReady();
            Optional<Passed> next = host.peek();
            if (next.isEmpty()) {
                break;
            }
            Segment segment = decode(next.get());
            boolean follows = flows.matches(flow, segment)
                    && segment.sequence() == merged.sequence() + merged.payloadLength()
                    && segment.acknowledgment() == merged.acknowledgment()
                    && segment.payloadLength() > 0
                    && merged.payloadLength() + segment.payloadLength() <= wanted.sequence().length();
            if (!follows) {
                break;
            }
            host.take();
            merged = merged.with(segment);
        }
        return merged;
    }

    private static Segment decode(Passed passed) {
        try {
            return PacketCodec.decode(passed.packet())
                    .orElseThrow(() -> new ScriptFailure("the stack has sent a packet that is no TCP"));
        } catch (MalformedPacketException e) {
            throw new ScriptFailure("the stack has sent a broken packet: " + e.getMessage());
        }
    }

    // ---- the end ----

    private void finish() {
        awaitBlocked();
        host.runReady();
        List<String> left = new ArrayList<>();
        while (host.hasSent()) {
            Passed passed = host.take();
            Segment segment = decode(passed);
            Flow flow = flows.current();
            if (flow.outbound().equals(segment.endpoints())) {
                String text = OutboundCheck.describe(flow, segment, false);
                left.add(text);
                unexpected.add(String.format(Locale.ROOT, "%.6f > %s", (passed.nanos() - startedAt + startTime) / 1e9,
                        text));
            }
        }
        if (strict && !left.isEmpty()) {
            throw new ScriptFailure("sent was, at the end, what no line expects: " + left.getFirst());
        }
    }
}
