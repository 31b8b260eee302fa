package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.actor.Failures;
import io.fourtuple.api.actor.SocketAddresses;
import io.fourtuple.api.actor.SocketOptions;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.PortAllocator;
import io.fourtuple.core.tcp.Rfc6056PortAllocator;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.sim.SimulatedNic;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Bind and connect of a {@link StreamStack}, in its turns. Refused is what a stack refuses, in the same words; routes
 * are those of its host.
 */
final class StreamOpens {
    private final StreamStack stack;
    private final IpHost ip;
    private final PortAllocator ports;

    StreamOpens(StreamStack stack, IpHost ip, RandomGenerator random) {
        this.stack = stack;
        this.ip = ip;
        ports = new Rfc6056PortAllocator(random.nextLong(), random.nextLong(), stack.config().ports().first(),
                stack.config().ports().last());
    }

    // ---- bind ----

    void onBind(StackCommand.Bind bind, boolean stopping) {
        try {
            if (stopping) {
                throw new BindException("the stack is being terminated");
            }
            bind.replyTo().tell(listen(bind));
        } catch (IOException e) {
            bind.replyTo().tell(Failures.ofBind(bind.local(), e.getMessage()));
        }
    }

    private BindReply listen(StackCommand.Bind bind) throws IOException {
        IpAddress address = SocketAddresses.literal(bind.local())
                .orElseThrow(() -> new UnknownHostException("a stack listens on addresses, not on names"));
        requireLocal(address);
        if (!stack.hasRoomForListener()) {
            throw new BindException("there are " + stack.config().limits().listeners()
                    + " listening sockets already, which is the configured limit");
        }
        int port = bind.local().getPort();
        if (port == 0) {
            port = ports.allocate(address, IpAddress.ANY_V4, 0, p -> stack.listeners().isBound(address, p));
            if (port == PortAllocator.EXHAUSTED) {
                throw new BindException("all ephemeral ports are taken");
            }
        } else if (stack.listeners().isBound(address, port)) {
            throw new BindException("the port is in use by another listening socket");
        }
        TcpConfig tcp = SocketOptions.applied(stack.config().tcp(), bind.options());
        StreamListener listener = new StreamListener(stack, address, port, tcp, bind.backlog());
        ActorRef<Object> actor = stack.listen(listener);
        listener.setRef(actor);
        return new BindReply.Bound(SocketAddresses.of(address, port), actor.narrow());
    }

    // ---- connect ----

    void onConnect(StackCommand.Connect connect, boolean stopping) {
        try {
            if (stopping) {
                throw new IOException("the stack is being terminated");
            }
            open(connect, SocketAddresses.literal(connect.remote())
                    .orElseThrow(() -> new UnknownHostException("a stack connects to addresses, not to names")));
        } catch (IOException e) {
            connect.replyTo().tell(new ConnectReply.ConnectFailed(Failures.ofConnect(connect.remote(), e)));
        }
    }

    private void open(StackCommand.Connect connect, IpAddress remote) throws IOException {
        int remotePort = connect.remote().getPort();
        if (remotePort == 0 || remote.isUnspecified() || remote.isMulticast() || remote.equals(IpAddress.BROADCAST)) {
            throw new BindException("Cannot assign requested address");
        }
        Path path = ip.pathTo(remote);
        if (path == null) {
            throw new NoRouteToHostException("Network is unreachable");
        }
        IpAddress local = localAddress(connect, remote, path);
        FourTuple tuple = new FourTuple(local, localPort(connect, local, remote, remotePort), remote, remotePort);
        if (!stack.hasRoom()) {
            throw new IOException("there are " + stack.config().limits().connections()
                    + " connections already, which is the configured limit");
        }
        TcpConfig tcp = SocketOptions.applied(stack.config().tcp(), connect.options());
        stack.open(connection(tuple, tcp), connect);
    }

    private StreamConnection connection(FourTuple tuple, TcpConfig tcp) {
        StreamWorld world = stack.world();
        SimulatedNic here = stack.nic();
        Optional<SimulatedNic> there =
                ip.isLocal(tuple.remote()) ? Optional.of(here) : world.ownerOf(tuple.remote());
        if (there.isPresent()) {
            return StreamConnection.connect(stack, tuple, tcp, Lane.pair(world, tuple, here, there.get()));
        }
        IpConfig.Neighbors neighbors = stack.config().ip().neighbors();
        return StreamConnection.connectInVain(stack, tuple, tcp, Lane.pair(world, tuple, here, here),
                neighbors.attempts() * neighbors.retryInterval());
    }

    private IpAddress localAddress(StackCommand.Connect connect, IpAddress remote, Path path) throws IOException {
        if (connect.local().isEmpty()) {
            return path.source();
        }
        IpAddress wanted = SocketAddresses.literal(connect.local().get())
                .orElseThrow(() -> new UnknownHostException("the local address must be an address, not a name"));
        if (wanted.isUnspecified()) {
            return path.source();
        }
        requireLocal(wanted);
        if (wanted.isV4() != remote.isV4()) {
            throw new BindException("the local address is of the other IP version");
        }
        return wanted;
    }

    private int localPort(StackCommand.Connect connect, IpAddress local, IpAddress remote, int remotePort)
            throws IOException {
        int wanted = connect.local().map(InetSocketAddress::getPort).orElse(0);
        if (wanted != 0) {
            if (isTaken(new FourTuple(local, wanted, remote, remotePort))) {
                throw new BindException("Address already in use");
            }
            return wanted;
        }
        int port = ports.allocate(
                local, remote, remotePort, p -> isTaken(new FourTuple(local, p, remote, remotePort)));
        if (port == PortAllocator.EXHAUSTED) {
            throw new BindException("all ephemeral ports to this target are taken");
        }
        return port;
    }

    private boolean isTaken(FourTuple tuple) {
        return stack.listeners().isBound(tuple.local(), tuple.localPort()) || stack.isTaken(tuple);
    }

    // ---- both ----

    private void requireLocal(IpAddress address) throws BindException {
        if (!address.isUnspecified() && !ip.isLocal(address)) {
            throw new BindException("the stack does not have this address");
        }
    }
}
