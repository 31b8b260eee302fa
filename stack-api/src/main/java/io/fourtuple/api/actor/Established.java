package io.fourtuple.api.actor;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.ConnectionCommand;

/** An established connection, told to the acceptor through the accept queue. Its slot is taken before it is told. */
record Established(ConnectionEntry entry, Accepted accepted) implements LaneData {
    /** Nobody will accept it: reset. */
    @Override
    public void onOverflow(Overflow cause) {
        entry.actor.tell(ConnectionCommand.Abort.INSTANCE);
    }

    @Override
    public void onLetOut(ListenQueues queues) {
        queues.establishedInHand = this;
    }

    @Override
    public void onDiscarded() {
        entry.actor.tell(ConnectionCommand.Abort.INSTANCE);
    }
}
