package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.socket.EpollEvent;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.Message;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.api.socket.Personality;
import io.fourtuple.packetdrill.engine.Flow.Stage;
import io.fourtuple.packetdrill.host.CallException;
import io.fourtuple.packetdrill.host.HostSockets;
import io.fourtuple.packetdrill.script.Expression;
import io.fourtuple.packetdrill.script.SystemCall;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** Makes the system calls of a script on the host's sockets, and compares what they give. */
final class SystemCalls {
    private static final long O_RDWR = 2;
    private static final Map<Personality, Long> O_NONBLOCK = Map.of(Personality.LINUX, 0x800L, Personality.FREEBSD, 4L);
    private static final Map<String, String> SAME = Map.of("EWOULDBLOCK", "EAGAIN");

    private final HostSockets sockets;
    private final Flows flows;
    private final ScriptSettings settings;
    private final Personality personality;
    private final ScriptFiles files;
    private final ControlCheck control;
    /** Script's descriptors that do not block. */
    private final Set<Integer> nonBlocking = new TreeSet<>();
    /** Epoll descriptors of the host, by those of the script. */
    private final Map<Integer, Integer> epolls = new TreeMap<>();
    /** What a write that blocks has written so far. */
    private int written;
    /** It has opened the connection that it writes to. */
    private boolean opened;
    /** … and knows what has become of that. */
    private boolean openTold;

    SystemCalls(HostSockets sockets, Flows flows, ScriptSettings settings, HostProfile profile, ScriptFiles files,
            ControlCheck control) {
        this.sockets = sockets;
        this.flows = flows;
        this.settings = settings;
        this.files = files;
        this.control = control;
        personality = profile.personality();
    }

    /** What is tried, and tried again. */
    private interface Attempt {
        long run() throws CallException;
    }

    /** A call that has been made. */
    final class Made {
        private final SystemCall call;
        private final BooleanSupplier ready;
        private final Attempt again;

        private Made(SystemCall call, BooleanSupplier ready, Attempt again) {
            this.call = call;
            this.ready = ready;
            this.again = again;
        }

        /** Whether it can return now. */
        boolean isReady() {
            return ready.getAsBoolean();
        }

        /** Lets it return, and compares. False when it has to go on waiting. */
        boolean complete() {
            try {
                return !isBlocked(again.run(), call);
            } catch (CallException e) {
                if (e.errno().equals("EAGAIN")) {
                    return false;
                }
                compare(call, -1, e.errno());
                return true;
            }
        }

        private boolean isBlocked(long value, SystemCall made) {
            compare(made, value, "");
            return false;
        }
    }

    /**
     * Makes a call.
     *
     * @return empty when it has returned what it had to; else, what it waits for
     * @throws ScriptFailure when it returns something else, or blocks and must not
     */
    Optional<Made> make(SystemCall call) {
        Arguments in = new Arguments(call);
        written = 0;
        opened = false;
        openTold = false;
        try {
            compare(call, dispatch(call, in), "");
            return Optional.empty();
        } catch (CallException e) {
            boolean waits = e.errno().equals("EAGAIN") || e.errno().equals("EINPROGRESS");
            if (!waits || doesNotBlock(call, in)) {
                compare(call, -1, e.errno());
                return Optional.empty();
            }
            if (call.endNanos().isEmpty()) {
                throw new ScriptFailure(call.name() + " blocks, but has to return " + call.result() + " at once");
            }
            return Optional.of(waiting(call, in));
        }
    }

    private boolean doesNotBlock(SystemCall call, Arguments in) {
        int flags = switch (call.name()) {
            case "recv", "send", "sendto", "recvfrom" -> in.flags(3);
            case "sendmsg", "recvmsg" -> in.flags(2);
            default -> 0;
        };
        boolean flagged = (flags & (Posix.MSG_DONTWAIT | Posix.MSG_ERRQUEUE)) != 0;
        if (call.name().equals("poll")) {
            return in.number(2) == 0;
        }
        return flagged || nonBlocking.contains((int) in.number(0));
    }

    private Made waiting(SystemCall call, Arguments in) {
        if (call.name().equals("poll")) {
            return new Made(call, () -> pollFds(in).stream().anyMatch(each -> events(each) != 0),
                    () -> dispatch(call, in));
        }
        int fd = fd(in);
        return switch (call.name()) {
            case "connect" -> new Made(call, () -> sockets.ready(fd, Posix.POLLOUT) != 0, () -> {
                Optional<String> error = sockets.takeError(fd);
                if (error.isPresent()) {
                    throw new CallException(error.get());
                }
                return 0;
            });
            case "write", "send", "sendto", "sendmsg", "writev" ->
                    new Made(call, () -> sockets.ready(fd, Posix.POLLOUT) != 0, () -> dispatch(call, in));
            default -> new Made(call, () -> sockets.ready(fd, Posix.POLLIN) != 0, () -> dispatch(call, in));
        };
    }

    private int fd(Arguments in) {
        return flows.of((int) in.number(0)).fd;
    }

    private long dispatch(SystemCall call, Arguments in) throws CallException {
        return switch (call.name()) {
            case "socket" -> socket(call, in);
            case "bind" -> {
                sockets.bind(fd(in), settings.local(), settings.bindPort());
                yield 0;
            }
            case "listen" -> {
                Flow flow = flows.of((int) in.number(0));
                sockets.listen(flow.fd, (int) in.number(1));
                flow.stage = Stage.LISTENING;
                yield 0;
            }
            case "accept", "accept4" -> accept(call, in);
            case "connect" -> connect(in);
            case "read" -> receive(in, 0);
            case "recv", "recvfrom" -> receive(in, in.flags(3));
            case "write" -> send(in, List.of((int) in.number(2)), 0);
            case "send" -> send(in, List.of((int) in.number(2)), in.flags(3));
            case "sendto" -> sendTo(in, List.of((int) in.number(2)), in.flags(3));
            case "writev" -> send(in, in.vectorLengths(in.at(1)), 0);
            case "readv" -> sockets.receive(fd(in), in.vectorLength(in.at(1)), 0);
            case "sendmsg" -> sendTo(in, in.vectorLengths(in.at(1)), in.flags(2));
            case "recvmsg" -> receiveMessage(in);
            case "sendfile" -> send(in, List.of(
                    files.readable((int) in.number(1), in.number(2), in.number(3))), 0);
            case "open" -> {
                if (!(in.at(0) instanceof Expression.Text(String path, _)) || !in.word(1).equals("O_RDONLY")) {
                    throw new UnsupportedFeatureException("open of " + in.at(0) + " for " + in.at(1));
                }
                int scriptFd = (int) Arguments.number(call.result());
                files.open(scriptFd, path);
                yield scriptFd;
            }
            case "shutdown" -> shutdown(in);
            case "close" -> {
                int scriptFd = (int) in.number(0);
                Integer epoll = epolls.remove(scriptFd);
                if (epoll != null) {
                    sockets.close(epoll);
                    yield 0;
                }
                if (files.close(scriptFd)) {
                    yield 0;
                }
                sockets.close(fd(in));
                flows.closed(scriptFd);
                nonBlocking.remove(scriptFd);
                yield 0;
            }
            case "fcntl" -> fcntl(in);
            case "ioctl" -> ioctl(in);
            case "getsockopt" -> getOption(in);
            case "setsockopt" -> setOption(in);
            case "poll" -> poll(in);
            case "epoll_create", "epoll_create1" -> {
                int scriptFd = (int) Arguments.number(call.result());
                epolls.put(scriptFd, sockets.epollCreate());
                yield scriptFd;
            }
            case "epoll_ctl" -> epollControl(in);
            case "epoll_wait" -> epollWait(in);
            default -> throw new UnsupportedFeatureException("the system call " + call.name());
        };
    }

    private long socket(SystemCall call, Arguments in) throws CallException {
        List<String> type = in.words(1);
        if (!type.contains("SOCK_STREAM") || !in.word(2).equals("IPPROTO_TCP")) {
            throw new UnsupportedFeatureException("sockets of " + in.at(1) + " and " + in.at(2));
        }
        int fd = sockets.socket();
        int scriptFd = (int) Arguments.number(call.result());
        flows.open(scriptFd, fd);
        if (type.contains("SOCK_NONBLOCK")) {
            nonBlocking.add(scriptFd);
        }
        return scriptFd;
    }

    private long accept(SystemCall call, Arguments in) throws CallException {
        int accepted = sockets.accept(fd(in));
        int scriptFd = (int) Arguments.number(call.result());
        flows.accepted(scriptFd, accepted, sockets.remotePort(accepted));
        return scriptFd;
    }

    private long connect(Arguments in) throws CallException {
        Flow flow = flows.of((int) in.number(0));
        int port = flows.connectPort();
        flows.connecting(flow);
        sockets.connect(flow.fd, settings.remote(), port);
        return 0;
    }

    private long receive(Arguments in, int flags) throws CallException {
        int max = (int) in.number(2);
        if (in.isNull(1) && max > 0) { // whatever comes before the octets are copied comes first
            if (sockets.receive(fd(in), max, flags | Posix.MSG_PEEK) > 0) {
                throw new CallException(Errno.EFAULT.name());
            }
            return 0;
        }
        return sockets.receive(fd(in), max, flags);
    }

    private long receiveMessage(Arguments in) throws CallException {
        Message given = sockets.receiveMessage(fd(in), in.vectorLength(in.at(1)), in.flags(2));
        if (in.at(1) instanceof Expression.Struct wanted) {
            control.compare(wanted, given);
        }
        return given.octets();
    }

    /** A write with an address, which may open the connection. */
    private long sendTo(Arguments in, List<Integer> lengths, int flags) throws CallException {
        Flow flow = flows.of((int) in.number(0));
        boolean fast = (flags & Posix.MSG_FASTOPEN) != 0;
        boolean opens = fast || (personality == Personality.FREEBSD && flow.stage == Stage.FRESH);
        if (!opens || opened) {
            return send(in, lengths, flags);
        }
        int length = in.isNull(1) ? 0 : sum(lengths);
        opened = true;
        int port = flows.connectPort();
        flows.connecting(flow);
        boolean blocks = (flags & Posix.MSG_DONTWAIT) == 0 && !nonBlocking.contains((int) in.number(0));
        try {
            written = sockets.sendTo(flow.fd, length, flags, settings.remote(), port);
        } catch (CallException e) {
            if (blocks && e.errno().equals("EINPROGRESS")) {
                sockets.expectWrite(flow.fd);
            }
            throw e;
        }
        if (blocks && (written < length || waitsForHandshake(flow.fd))) {
            if (written < length) {
                sockets.expectWrite(flow.fd);
            }
            throw new CallException("EAGAIN");
        }
        return written;
    }

    private static int sum(List<Integer> lengths) {
        return lengths.stream().mapToInt(Integer::intValue).sum();
    }

    /** The buffers without the first octets. */
    private static List<Integer> rest(List<Integer> lengths, int octets) {
        List<Integer> rest = new ArrayList<>();
        int left = octets;
        for (int length : lengths) {
            int skipped = Math.min(left, length);
            left -= skipped;
            rest.add(length - skipped);
        }
        return rest;
    }

    /** On Linux, a write that opens a connection and blocks does so until that is there. */
    private boolean waitsForHandshake(int fd) {
        return personality == Personality.LINUX && sockets.state(fd).equals("SYN_SENT");
    }

    private long send(Arguments in, List<Integer> lengths, int flags) throws CallException {
        int length = sum(lengths);
        if (in.isNull(1) && length > 0) { // whatever comes before the octets are copied comes first
            sockets.send(fd(in), List.of(0), flags);
            throw new CallException(Errno.EFAULT.name());
        }
        boolean blocks = (flags & Posix.MSG_DONTWAIT) == 0 && !nonBlocking.contains((int) in.number(0));
        if (opened && !openTold) {
            openTold = true;
            Optional<String> error = sockets.takeError(fd(in));
            if (error.isPresent()) {
                throw new CallException(error.get());
            }
        }
        try {
            written += sockets.send(fd(in), rest(lengths, written), flags & ~Posix.MSG_FASTOPEN);
        } catch (CallException e) {
            if (blocks && waitsForHandshake(fd(in))) {
                sockets.expectWrite(fd(in));
            }
            if (written == 0 || e.errno().equals("EAGAIN")) {
                throw e;
            }
            return written;
        }
        if (blocks && waitsForHandshake(fd(in))) { // the first write after TCP_FASTOPEN_CONNECT
            opened = true;
            if (written < length) {
                sockets.expectWrite(fd(in));
            }
            throw new CallException("EAGAIN");
        }
        if (written < length && blocks) {
            throw new CallException("EAGAIN"); // a write that blocks takes all
        }
        return written;
    }

    private long shutdown(Arguments in) throws CallException {
        String how = in.word(1);
        sockets.shutdown(fd(in), !how.equals("SHUT_WR"), !how.equals("SHUT_RD"));
        return 0;
    }

    private long fcntl(Arguments in) {
        int scriptFd = (int) in.number(0);
        flows.of(scriptFd);
        switch (in.word(1)) {
            case "F_GETFL" -> {
                return O_RDWR | (nonBlocking.contains(scriptFd) ? O_NONBLOCK.get(personality) : 0);
            }
            case "F_SETFL" -> {
                if (in.words(2).contains("O_NONBLOCK")) {
                    nonBlocking.add(scriptFd);
                } else {
                    nonBlocking.remove(scriptFd);
                }
                return 0;
            }
            default -> throw new UnsupportedFeatureException("fcntl " + in.word(1));
        }
    }

    private long ioctl(Arguments in) throws CallException {
        switch (in.word(1)) {
            case "SIOCINQ", "FIONREAD" -> {
                expect(in.at(2), sockets.unread(fd(in)), "ioctl " + in.word(1));
                return 0;
            }
            case "SIOCOUTQ" -> {
                expect(in.at(2), sockets.unacknowledged(fd(in)), "ioctl " + in.word(1));
                return 0;
            }
            default -> throw new UnsupportedFeatureException("ioctl " + in.word(1));
        }
    }

    private long getOption(Arguments in) throws CallException {
        String name = in.word(2);
        if (name.equals("SO_ERROR")) {
            String error = sockets.takeError(fd(in)).orElse("0");
            String wanted = in.at(3) instanceof Expression.Array(List<Expression> items) && items.size() == 1
                    ? items.getFirst().toString()
                    : in.at(3).toString();
            if (!wanted.equals("...") && !same(wanted, error)) {
                throw new ScriptFailure("SO_ERROR " + wanted + " was expected, not " + error);
            }
            return 0;
        }
        expect(in.at(3), sockets.option(fd(in), name), name);
        return 0;
    }

    private void expect(Expression wanted, long actual, String what) {
        boolean any = wanted instanceof Expression.Ellipsis
                || (wanted instanceof Expression.Array(List<Expression> items)
                && items.size() == 1 && items.getFirst() instanceof Expression.Ellipsis);
        if (!any && Arguments.number(wanted) != actual) {
            throw new ScriptFailure(what + " " + Arguments.number(wanted) + " was expected, not " + actual);
        }
    }

    private long setOption(Arguments in) throws CallException {
        if (in.at(3) instanceof Expression.Text(String octets, _) && in.word(2).equals("TCP_FASTOPEN_KEY")) {
            byte[] keys = Arrays.copyOf(octets.getBytes(StandardCharsets.ISO_8859_1), (int) in.number(4));
            sockets.setFastOpenKeys(fd(in), keys);
            return 0;
        }
        if (in.at(3) instanceof Expression.Text || in.at(3) instanceof Expression.Struct) {
            throw new UnsupportedFeatureException("the socket option " + in.word(2));
        }
        sockets.setOption(fd(in), in.word(2), in.number(3));
        return 0;
    }

    private long poll(Arguments in) throws CallException {
        int found = 0;
        for (Expression.Struct entry : pollFds(in)) {
            long actual = events(entry);
            found += actual != 0 ? 1 : 0;
            long wanted = entry.field("revents").map(Arguments::number).orElse(0L);
            if (actual == 0 && wanted != 0) {
                throw new CallException("EAGAIN");
            }
            if (wanted != actual) {
                throw new ScriptFailure("revents " + wanted + " was expected, not " + actual);
            }
        }
        return found;
    }

    private static List<Expression.Struct> pollFds(Arguments in) {
        if (!(in.at(0) instanceof Expression.Array(List<Expression> items))) {
            throw new UnsupportedFeatureException("the argument " + in.at(0) + " of poll");
        }
        return items.stream().map(item -> {
            if (item instanceof Expression.Struct entry) {
                return entry;
            }
            throw new UnsupportedFeatureException("the argument " + item + " of poll");
        }).toList();
    }

    /** What is the case now of what a poll asks for. */
    private long events(Expression.Struct entry) {
        int fd = flows.of((int) Arguments.number(entry.field("fd").orElseThrow())).fd;
        return sockets.ready(fd, (int) Arguments.number(entry.field("events").orElseThrow()));
    }

    private int epoll(Arguments in) {
        Integer fd = epolls.get((int) in.number(0));
        if (fd == null) {
            throw new ScriptFailure("the script has no epoll descriptor " + in.number(0));
        }
        return fd;
    }

    private long epollControl(Arguments in) throws CallException {
        int operation = switch (in.word(1)) {
            case "EPOLL_CTL_ADD" -> Posix.EPOLL_CTL_ADD;
            case "EPOLL_CTL_MOD" -> Posix.EPOLL_CTL_MOD;
            case "EPOLL_CTL_DEL" -> Posix.EPOLL_CTL_DEL;
            default -> throw new UnsupportedFeatureException("epoll_ctl " + in.word(1));
        };
        long events = 0;
        long data = 0;
        if (in.at(3) instanceof Expression.Struct event) {
            events = Arguments.number(event.field("events").orElseThrow());
            data = data(event);
        }
        sockets.epollControl(epoll(in), operation, flows.of((int) in.number(2)).fd, (int) events, data);
        return 0;
    }

    private static long data(Expression.Struct event) {
        for (String name : List.of("fd", "ptr", "u32", "u64")) {
            if (event.field(name).isPresent()) {
                return Arguments.number(event.field(name).get());
            }
        }
        return 0;
    }

    private long epollWait(Arguments in) throws CallException {
        List<EpollEvent> found = sockets.epollWait(epoll(in), 1);
        if (in.at(1) instanceof Expression.Struct wanted && !found.isEmpty()) {
            long events = Arguments.number(wanted.field("events").orElseThrow());
            EpollEvent first = found.getFirst();
            if (events != first.events() || data(wanted) != first.data()) {
                throw new ScriptFailure("events " + events + " of " + data(wanted) + " were expected, not "
                        + first.events() + " of " + first.data());
            }
        }
        return found.size();
    }

    // ---- what comes back ----

    private void compare(SystemCall call, long value, String errno) {
        if (call.result() instanceof Expression.Ellipsis) {
            return;
        }
        long wanted = Arguments.number(call.result());
        String wantedError = call.error().filter(_ -> wanted == -1).orElse("");
        boolean sameError = wantedError.isEmpty() || same(wantedError, errno);
        if (wanted != value || (value == -1 && !sameError)) {
            throw new ScriptFailure(call.name() + " has to return " + describe(wanted, wantedError) + ", but returns "
                    + describe(value, errno));
        }
    }

    private static boolean same(String a, String b) {
        return SAME.getOrDefault(a, a).equals(SAME.getOrDefault(b, b));
    }

    private static String describe(long value, String errno) {
        return errno.isEmpty() ? Long.toString(value) : value + " " + errno;
    }
}
