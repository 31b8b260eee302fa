package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.SocketRequest.Reserved;
import io.fourtuple.core.demux.ListenerTable;
import io.fourtuple.core.tcp.TcpConfig.Tuning;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Addresses and ports of sockets that are bound: as bind(2) reserves them, until the socket is closed. Bounded by the
 * descriptors of the socket layers. Thread-safe.
 */
final class Reservations {
    private final Map<Integer, List<Reserved>> byPort = new TreeMap<>();
    /** Lets an open that chooses a port look for nothing where nobody has bound anything. */
    private volatile boolean empty = true;

    /** Whether anybody has this port. */
    boolean hasPort(int port) {
        if (empty) {
            return false;
        }
        synchronized (this) {
            return byPort.containsKey(port);
        }
    }

    /** Whether somebody has an address and port that this would share, and not both are willing to. */
    boolean conflicts(IpAddress address, int port, boolean dualStack, boolean shared) {
        if (empty) {
            return false;
        }
        synchronized (this) {
            for (Reserved other : byPort.getOrDefault(port, List.of())) {
                boolean overlap = ListenerTable.overlap(
                        IpAddress.of(other.local().getAddress()), other.dualStack(), address, dualStack);
                if (overlap && !(shared && other.shared())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What resets from there are to have. */
    Tuning ofResets(IpAddress address, int port) {
        if (empty) {
            return Tuning.NONE;
        }
        synchronized (this) {
            for (Reserved reserved : byPort.getOrDefault(port, List.of())) {
                IpAddress local = IpAddress.of(reserved.local().getAddress());
                if (ListenerTable.overlap(local, reserved.dualStack(), address, false)) {
                    return reserved.ofResets();
                }
            }
            return Tuning.NONE;
        }
    }

    /** Reserves. The first shard alone does, after it has looked for {@link #conflicts}. */
    synchronized void add(Reserved reserved) {
        byPort.computeIfAbsent(reserved.local().getPort(), _ -> new ArrayList<>()).add(reserved);
        empty = false;
    }

    /** The end of one of these. */
    synchronized void remove(Reserved reserved) {
        List<Reserved> same = byPort.get(reserved.local().getPort());
        if (same != null) {
            same.remove(reserved);
            if (same.isEmpty()) {
                byPort.remove(reserved.local().getPort());
            }
        }
        empty = byPort.isEmpty();
    }
}
