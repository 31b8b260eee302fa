package io.fourtuple.api.actor;

import io.fourtuple.core.demux.Demux;
import io.fourtuple.core.time.TimerQueue;

/** What the shard finds under a 4-tuple, with its place in the shard's timer queue. Confined to the loop. */
abstract sealed class FlowEntry extends TimerQueue.Timed implements Demux.Entry
        permits ConnectionEntry, HalfOpenEntry, TimeWaitEntry {}
