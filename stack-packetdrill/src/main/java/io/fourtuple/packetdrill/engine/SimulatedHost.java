package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.socket.SocketLayer;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.packetdrill.host.HostSockets;
import io.fourtuple.packetdrill.host.LayerSockets;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import io.fourtuple.packetdrill.wire.Passed;
import io.fourtuple.packetdrill.wire.ScriptNic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** A stack of ours with a NIC in memory, in virtual time. */
final class SimulatedHost implements Host {
    private final Laboratory laboratory;
    private final VirtualTime time;
    private final HostProfile profile;
    private final ScriptSettings settings;
    private StackConfig config;
    private boolean cuts = true;
    private ScriptNic nic;
    private Stack stack;
    private LayerSockets sockets;

    SimulatedHost(Laboratory laboratory, HostProfile profile, ScriptSettings settings) {
        this.laboratory = laboratory;
        time = laboratory.time();
        this.profile = profile;
        this.settings = settings;
        config = profile.applied(laboratory.baseConfig());
    }

    @Override
    public boolean set(String name, String value, boolean inUse) {
        StackConfig changed = Sysctls.applied(config, name, value);
        if (changed.equals(config)) {
            return false;
        }
        if (stack != null && isOfConnections(changed)) {
            config = changed;
            sockets.retune(tcp -> Sysctls.applied(changed.withTcp(tcp), name, value).tcp());
            return false;
        }
        if (inUse) {
            throw new UnsupportedFeatureException("a change of " + name + " while a socket is open");
        }
        config = changed;
        if (stack == null) {
            return false;
        }
        forgetPeers();
        return true;
    }

    /** Nobody uses the stack: another one takes its place, which is set up as a script has just said. */
    @Override
    public void forgetPeers() {
        close();
        start();
    }

    /** Whether a change is about what connections do, and not about what is done where there is none. */
    private boolean isOfConnections(StackConfig changed) {
        HostTraits before = config.tcp().traits();
        HostTraits after = changed.tcp().traits();
        return changed.equals(config.withTcp(changed.tcp())) && before.synFin() == after.synFin()
                && before.silentToSynAck() == after.silentToSynAck();
    }

    @Override
    public void cutsInNic(boolean nic) {
        if (stack != null && cuts != nic) {
            throw new UnsupportedFeatureException("a NIC that cuts segments from now on, or no more");
        }
        cuts = nic;
    }

    @Override
    public void start() {
        IpAddress gateway = IpAddress.parse(settings.v6() ? "fd3d:fa7b:d17d:8888::1" : "192.168.255.254");
        String length = settings.v6() ? "/48" : "/16";
        IpAddress any = settings.v6() ? IpAddress.ANY_V6 : IpAddress.ANY_V4;
        StackConfig whole = config.withIp(config.ip()
                .withAddresses(List.of(InterfaceAddress.parse(settings.local() + length)))
                .withRoutes(List.of(new Route(new Prefix(any, 0), gateway))));
        nic = new ScriptNic(time, settings.mtu(),
                profile.cutsSegments() && !settings.strictSegments(), settings.mergedSegment(), !cuts);
        stack = laboratory.start(whole, nic);
        sockets = new LayerSockets(
                SocketLayer.of(stack, profile.personality()), profile.personality(), time, settings.v6());
    }

    @Override
    public HostSockets sockets() {
        return sockets;
    }

    @Override
    public long count(String state, int port) {
        String name = switch (state) {
            case "SYN_RCVD" -> SocketRow.SYN_RECV;
            case "TIME_WAIT" -> SocketRow.TIME_WAIT;
            default -> state.replace('_', '-');
        };
        return time.await(stack.snapshot(), Duration.ofSeconds(1)).sockets().stream()
                .filter(row -> row.state().equals(name) && (port == 0 || row.localPort() == port))
                .count();
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        time.await(stack.snapshot(), Duration.ofSeconds(1)).counters()
                .forEach((counter, value) -> counters.put(counter.group() + counter.label(), value));
        return counters;
    }

    @Override
    public void inject(byte[] packet) {
        nic.inject(packet);
    }

    @Override
    public boolean hasSent() {
        return nic.hasSent();
    }

    @Override
    public Optional<Passed> peek() {
        return nic.peek();
    }

    @Override
    public Passed take() {
        return nic.take();
    }

    @Override
    public List<Passed> recorded() {
        return nic == null ? List.of() : nic.recorded();
    }

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public void runReady() {
        time.runReady();
    }

    @Override
    public void runUntil(long nanos) {
        time.runUntil(nanos);
    }

    @Override
    public boolean runUntil(BooleanSupplier condition, Duration atMost) {
        return time.runUntil(condition, atMost);
    }

    @Override
    public void close() {
        if (stack != null) {
            stack.powerOff();
            time.runReady();
        }
    }
}
