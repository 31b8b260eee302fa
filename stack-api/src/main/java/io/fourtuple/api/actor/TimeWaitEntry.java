package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.TimeWaitRecord;
import io.fourtuple.core.wire.FourTuple;

/** A connection that is over and waits until no old duplicate can be in the network any more. */
final class TimeWaitEntry extends FlowEntry {
    final TimeWaitRecord record;

    TimeWaitEntry(TimeWaitRecord record) {
        this.record = record;
    }

    @Override
    public FourTuple tuple() {
        return record.tuple();
    }
}
