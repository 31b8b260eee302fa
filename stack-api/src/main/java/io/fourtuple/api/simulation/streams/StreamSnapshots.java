package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.demux.ListenerTable;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.sim.SimulatedNic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes {@link StackSnapshot}s of hosts without packets: what is about segments is not there, or 0. */
final class StreamSnapshots {
    private StreamSnapshots() {}

    static StackSnapshot take(String name, ListenerTable<StreamListener> listeners,
            Collection<StreamConnection> connections, Counters counted, SimulatedNic nic) {
        List<SocketRow> rows = new ArrayList<>(connections.size() + 1);
        listeners.forEach(listener -> rows.add(row(listener)));
        connections.forEach(connection -> rows.add(row(connection)));
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counters.put(counter, counted.get(counter));
        }
        counters.put(Counter.TCP_CURR_ESTAB, connections.stream()
                .filter(each -> each.state() == TcpState.ESTABLISHED || each.state() == TcpState.CLOSE_WAIT)
                .count());
        return new StackSnapshot(name, rows, counters, nic.name(), nic.statistics());
    }

    private static SocketRow row(StreamListener listener) {
        return new SocketRow(SocketRow.LISTEN, listener.notAccepted(), listener.backlog(), listener.address(),
                listener.port(), listener.address().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0,
                listener.halfOpen(), listener.synBound(), Optional.empty());
    }

    private static SocketRow row(StreamConnection connection) {
        FourTuple tuple = connection.tuple();
        return new SocketRow(connection.state().label(), connection.receivable(), connection.unacknowledged(),
                tuple.local(), tuple.localPort(), tuple.remote(), tuple.remotePort(), 0, 0, Optional.empty());
    }
}
