package io.fourtuple.api.socket;

import io.fourtuple.api.Stack;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the sockets of one layer have in common.
 *
 * @param droppedNotices what was not told because an error queue was full
 */
record Surroundings(Stack stack, Waiting waiting, Personality personality, LongAdder droppedNotices) {}
