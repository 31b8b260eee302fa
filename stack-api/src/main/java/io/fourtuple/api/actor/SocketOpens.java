package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.SocketRequest;
import io.fourtuple.api.protocol.SocketRequest.Listening;
import io.fourtuple.api.protocol.SocketRequest.Reserved;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.FastOpenAttempt;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.PortAllocator;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** The opens that the socket layer asks for, with the errors of Linux. Confined to the stack actor. */
final class SocketOpens {
    private final Shard shard;
    private final Shards shards;
    private final Opens opens;
    private final Closing closing;
    /** Whose turn it is to open a connection. */
    private int nextToOpen;

    SocketOpens(Shard shard, Opens opens, Closing closing) {
        this.closing = closing;
        this.shard = shard;
        shards = shard.shards;
        this.opens = opens;
    }

    /** Answers. */
    void onRequest(StackCommand.ForSocket asked, boolean stopping) {
        SocketRequest request = asked.request();
        try {
            boolean givesBack =
                    request instanceof SocketRequest.Release || request instanceof SocketRequest.Unlisten;
            if (stopping && !givesBack) {
                throw new ErrnoException(Errno.ENETDOWN, "the stack is being terminated");
            }
            switch (request) {
                case SocketRequest.Bind bind -> bind.reply().complete(bind(bind.wanted()));
                case SocketRequest.Release release -> {
                    shards.reservations.remove(release.reserved());
                    release.reply().complete(release.reserved());
                }
                case SocketRequest.Listen listen -> listen.reply().complete(listen(listen));
                case SocketRequest.Unlisten unlisten -> {
                    unlisten(unlisten);
                    unlisten.reply().complete(unlisten.reserved());
                }
                case SocketRequest.Connect connect -> connect(connect, asked);
                case SocketRequest.AskFastOpen ask -> ask.reply().complete(
                        shards.fastOpenPeers.takesData(literal(ask.remote()), ask.rules(), shard.now()));
            }
        } catch (ErrnoException e) {
            request.fail(e);
        }
    }

    private Reserved bind(Reserved wanted) {
        IpAddress address = literal(wanted.local());
        if (!address.isUnspecified() && !shard.ip.isLocal(address)) {
            throw new ErrnoException(Errno.EADDRNOTAVAIL, "the stack does not have the address " + address);
        }
        int port = wanted.local().getPort();
        if (port == 0) {
            port = shard.ports.allocate(address, IpAddress.ANY_V4, 0, p -> isTaken(wanted, address, p));
            if (port == PortAllocator.EXHAUSTED) {
                throw new ErrnoException(Errno.EADDRINUSE, "all ephemeral ports are taken");
            }
        } else if (isTaken(wanted, address, port)) {
            throw new ErrnoException(Errno.EADDRINUSE, "another socket has " + address.toString(port));
        }
        Reserved reserved = new Reserved(
                SocketAddresses.of(address, port), wanted.dualStack(), wanted.shared(), wanted.ofResets());
        shards.reservations.add(reserved);
        return reserved;
    }

    private boolean isTaken(Reserved wanted, IpAddress address, int port) {
        return shard.sockets.isBound(address, port, wanted.dualStack())
                || shards.reservations.conflicts(address, port, wanted.dualStack(), wanted.shared());
    }

    private Listening listen(SocketRequest.Listen listen) {
        Reserved reserved = listen.reserved();
        IpAddress address = literal(reserved.local());
        int port = reserved.local().getPort();
        if (shard.sockets.isBound(address, port, reserved.dualStack())) {
            throw new ErrnoException(Errno.EADDRINUSE, "another socket listens on " + address.toString(port));
        }
        if (!shard.hasRoomForSocket()) {
            throw new ErrnoException(Errno.ENOBUFS, "there are " + shard.config.limits().listeners()
                    + " listening sockets already, which is the configured limit");
        }
        ListeningSocket socket =
                opens.listen(address, port, reserved.dualStack(), listen.tcp(), listen.backlog());
        return new Listening(socket.queues(), socket.acceptor.narrow());
    }

    private void unlisten(SocketRequest.Unlisten unlisten) {
        InetSocketAddress local = unlisten.reserved().local();
        ListeningSocket socket = shard.sockets.find(literal(local), local.getPort());
        if (socket != null && unlisten.line().equals(socket.queues())) {
            closing.close(socket, false);
        }
    }

    private void connect(SocketRequest.Connect connect, StackCommand.ForSocket asked) {
        IpAddress remote = literal(connect.remote());
        int remotePort = connect.remote().getPort();
        int wanted = connect.reserved().map(Reserved::local).map(InetSocketAddress::getPort).orElse(0);
        if (shard.index == 0 && wanted == 0 && nextTurn() != 0) {
            shards.actor(nextToOpen).tell(asked);
            return;
        }
        if (remote.isMulticast() || remote.equals(IpAddress.BROADCAST)) {
            throw new ErrnoException(Errno.ENETUNREACH, remote + " is not the address of one host");
        }
        if (remotePort == 0) {
            throw new ErrnoException(Errno.EADDRNOTAVAIL, "nobody has port 0");
        }
        Path path = shard.ip.pathTo(remote, connect.tcp().tuning().sourceRoute());
        if (path == null) {
            throw new ErrnoException(Errno.ENETUNREACH, "there is no route to " + remote);
        }
        IpAddress local = connect.reserved().map(Reserved::local).map(SocketOpens::literal)
                .filter(address -> !address.isUnspecified()).orElse(path.source());
        if (local.isV4() != remote.isV4()) {
            throw new ErrnoException(Errno.ENETUNREACH, local + " and " + remote + " are of different IP versions");
        }
        int owner = wanted == 0
                ? shard.index
                : shards.owner(new FourTuple(local, wanted, remote, remotePort));
        if (owner != shard.index) {
            shards.actor(owner).tell(asked);
            return;
        }
        try {
            int port = opens.localPort(wanted, local, remote, remotePort);
            AtomicInteger taken = new AtomicInteger();
            ConnectionEntry entry =
                    opens.open(new FourTuple(local, port, remote, remotePort), path, connect.tcp(), made -> {
                        made.link = connect.link();
                        connect.fast().ifPresent(fast -> taken.set(begin(made, fast, connect.tcp().fastOpen())));
                        return ConnectionActor.ofNobody(shard, made);
                    });
            connect.link().attach(entry.actor.narrow(), entry.tuple(), false);
            connect.reply().complete(new SocketRequest.Opening(entry.tuple(), taken.get()));
        } catch (BindException e) {
            throw new ErrnoException(Errno.EADDRNOTAVAIL, e.getMessage());
        } catch (NoRouteToHostException e) {
            throw new ErrnoException(Errno.ENETUNREACH, "there is no route from " + local + " to " + remote);
        } catch (IOException e) {
            throw new ErrnoException(Errno.ENOBUFS, e.getMessage());
        }
    }

    /** Makes the open one with Fast Open; how many octets it has taken. */
    private int begin(ConnectionEntry made, SocketRequest.FastData fast, FastOpenRules rules) {
        long now = shard.now();
        FastOpenAttempt attempt = shards.fastOpenPeers.attempt(made.tuple().remote(), rules, now);
        ByteBuffer octets = fast.octets();
        if (!fast.whole()) {
            int room = attempt.room(made.connection());
            octets = octets.slice(octets.position(), Math.min(room, octets.remaining()));
        }
        int taken = made.connection().send(octets, now);
        made.connection().openFast(attempt);
        return taken;
    }

    /** The first shard gives the opens to all in turn. */
    private int nextTurn() {
        nextToOpen = (nextToOpen + 1) % shards.count();
        return nextToOpen;
    }

    private static IpAddress literal(InetSocketAddress address) {
        return SocketAddresses.literal(address).orElseThrow(
                () -> new ErrnoException(Errno.EINVAL, address.getHostString() + " is a name and no address"));
    }
}
