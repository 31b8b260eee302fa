package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.engine.Flow.Stage;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.wire.Endpoints;
import io.fourtuple.packetdrill.wire.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sockets and connections of a script, of which one at a time is what packets are about. */
final class Flows {
    private static final int FIRST_PORT = 40_000;

    private final ScriptSettings settings;
    private final List<Flow> all = new ArrayList<>();
    private Flow current;
    private int nextPort = FIRST_PORT;

    Flows(ScriptSettings settings) {
        this.settings = settings;
    }

    /** The one that packets are about. */
    Flow current() {
        if (current == null) {
            throw new ScriptFailure("there is no socket that this packet could be about");
        }
        return current;
    }

    /** A script may use a number again: then it is that of the latest. */
    Flow open(int scriptFd, int fd) {
        current = add();
        current.scriptFd = scriptFd;
        current.fd = fd;
        return current;
    }

    private Flow add() {
        Flow flow = new Flow(settings.local(), settings.remote());
        all.add(flow);
        return flow;
    }

    Optional<Flow> find(int scriptFd) {
        return all.reversed().stream().filter(flow -> flow.scriptFd == scriptFd).findFirst();
    }

    Flow of(int scriptFd) {
        return find(scriptFd).orElseThrow(
                () -> new ScriptFailure("the script has no descriptor " + scriptFd + " that is open"));
    }

    /** The latest one that has a descriptor. */
    Optional<Flow> latestOpen() {
        return all.reversed().stream().filter(flow -> flow.fd >= 0).findFirst();
    }

    List<Flow> open() {
        return all.stream().filter(flow -> flow.fd >= 0).toList();
    }

    void accepted(int scriptFd, int fd, int remotePort) {
        Flow flow = all.reversed().stream()
                .filter(candidate -> candidate.fd < 0 && candidate.remotePort == remotePort)
                .findFirst()
                .orElseThrow(() -> new ScriptFailure("a connection was accepted that the script knows nothing of"));
        flow.scriptFd = scriptFd;
        flow.fd = fd;
    }

    void closed(int scriptFd) {
        Flow flow = of(scriptFd);
        flow.scriptFd = -1;
        flow.fd = -1;
    }

    /** The port that a connect(2) goes to: that of whoever has sent something before it. */
    int connectPort() {
        return current != null && current.stage == Stage.REACHED ? current.remotePort : settings.connectPort();
    }

    void connecting(Flow flow) {
        if (flow.stage == Stage.FRESH) {
            flow.remotePort = connectPort();
            flow.stage = Stage.CONNECTING;
        }
    }

    /** Whom a packet of the other end is about, before it is injected. */
    Flow injecting(Tcp packet) {
        Flow flow = current();
        boolean syn = (packet.flags() & Segment.SYN) != 0;
        boolean ack = (packet.flags() & Segment.ACK) != 0;
        if (flow.remotePort == 0) { // a port of ours, whether anybody listens or not
            flow = add();
            flow.stage = Stage.REACHED;
            flow.localPort = settings.bindPort();
            flow.remotePort = nextPort++;
            flow.remoteIsn = (int) packet.sequence().start();
            flow.firstIsAbsolute = current.stage != Stage.LISTENING;
            current = flow;
        } else if (flow.stage == Stage.SYNACK_SENT && ack) {
            flow.stage = Stage.SYNACK_ANSWERED;
        } else if (flow.stage == Stage.SYN_SENT && syn && ack) {
            flow.stage = Stage.SYN_ANSWERED;
            flow.remoteIsn = (int) packet.sequence().start();
        }
        return flow;
    }

    /** Whom a packet of ours has to be from. */
    Flow expecting(Tcp packet) {
        Flow flow = current();
        boolean syn = (packet.flags() & Segment.SYN) != 0;
        boolean ack = (packet.flags() & Segment.ACK) != 0;
        if (flow.stage == Stage.CONNECTING && syn && !ack) {
            flow.stage = Stage.SYN_SENT;
            flow.scriptLocalIsn = packet.sequence().start();
        } else if (flow.stage == Stage.REACHED && syn && ack && !packet.sequence().any()) {
            flow.scriptLocalIsn = packet.sequence().start();
        }
        return flow;
    }

    /** Whether a segment of ours belongs to this one; learns from it where that is. */
    boolean matches(Flow flow, Segment segment) {
        Endpoints ends = segment.endpoints();
        boolean opens = flow.stage == Stage.SYN_SENT && flow.localPort == 0
                && segment.has(Segment.SYN) && !segment.has(Segment.ACK)
                && ends.destinationPort() == flow.remotePort && ends.destination().equals(flow.remote);
        if (opens) {
            flow.localPort = ends.sourcePort();
            flow.localIsn = segment.sequence();
        }
        boolean same = ends.equals(flow.outbound());
        if (same && flow.stage == Stage.REACHED && segment.has(Segment.SYN | Segment.ACK)) {
            flow.stage = Stage.SYNACK_SENT;
            flow.localIsn = segment.sequence();
        }
        return same;
    }

    /** Whether a segment of ours belongs to one that the script has left behind. */
    boolean isPast(Segment segment) {
        return all.stream().anyMatch(flow -> flow != current && flow.outbound().equals(segment.endpoints()));
    }
}
