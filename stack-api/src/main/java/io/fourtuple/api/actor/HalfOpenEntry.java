package io.fourtuple.api.actor;

import io.fourtuple.core.ip.Path;
import io.fourtuple.core.tcp.HalfOpen;
import io.fourtuple.core.wire.FourTuple;

/** A half-open connection: a record and its place in the list of its listening socket. It has no actor. */
final class HalfOpenEntry extends FlowEntry {
    final HalfOpen record;
    final Path path;
    final ListeningSocket socket;
    /** Neighbours in the socket's list. */
    HalfOpenEntry previous;
    HalfOpenEntry next;

    HalfOpenEntry(HalfOpen record, Path path, ListeningSocket socket) {
        this.record = record;
        this.path = path;
        this.socket = socket;
    }

    @Override
    public FourTuple tuple() {
        return record.tuple();
    }
}
