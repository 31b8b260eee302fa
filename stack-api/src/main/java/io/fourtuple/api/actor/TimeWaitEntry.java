package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.TimeWaitRecord;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;

/** A connection that is over and waits until no old duplicate can be in the network any more. */
final class TimeWaitEntry extends FlowEntry {
    final TimeWaitRecord record;
    /** The source route of the connection. */
    final SourceRoute route;

    TimeWaitEntry(TimeWaitRecord record, SourceRoute route) {
        this.record = record;
        this.route = route;
    }

    @Override
    public FourTuple tuple() {
        return record.tuple();
    }
}
