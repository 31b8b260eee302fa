package io.fourtuple.api.actor;

import io.fourtuple.core.wire.TcpSegment;
import java.util.Arrays;
import org.apache.pekko.actor.DeadLetterSuppression;

/**
 * Two or more segments of one connection that came in one batch of frames, as one message. Written by the stack actor
 * until it is told, and by nobody afterwards. (A single segment is told as it is.)
 */
final class SegmentBatch implements DeadLetterSuppression {
    private static final int FIRST_CAPACITY = 8;

    private TcpSegment[] segments = new TcpSegment[FIRST_CAPACITY];
    private int size;

    SegmentBatch(TcpSegment first, TcpSegment second) {
        segments[0] = first;
        segments[1] = second;
        size = 2;
    }

    void add(TcpSegment segment) {
        if (size == segments.length) {
            segments = Arrays.copyOf(segments, 2 * size);
        }
        segments[size++] = segment;
    }

    int size() {
        return size;
    }

    TcpSegment get(int index) {
        return segments[index];
    }
}
