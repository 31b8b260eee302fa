package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.withSack;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What was written as a record ends in a segment of its own ({@code MSG_EOR}). */
class RecordTest {
    private static Conversation write(Conversation c, int octets) {
        c.connection.send(ByteBuffer.allocate(octets), c.now);
        return c;
    }

    private static Conversation record(Conversation c, int octets) {
        write(c, octets).connection.endRecord();
        return c;
    }

    @Test
    void shouldNotAddToARecord() {
        Conversation c = Conversation.established();

        record(c, 10);
        write(c, 20).flush().expect("P. 1:11(10) ack 1").expectNothing(); // what follows waits as ever (Nagle)

        c.inject(". 1:1(0) ack 11 win 60000").expect("P. 11:31(20) ack 1");
    }

    @Test
    void shouldAddARecordToWhatWaits() {
        Conversation c = Conversation.established();
        write(c, 10);
        record(c, 10);
        record(c, 300);
        write(c, 1500).flush()
                .expect("P. 1:21(20) ack 1")
                .expect("P. 21:321(300) ack 1")
                .expect(". 321:1321(1000) ack 1");
    }

    @Test
    void shouldKeepRecordsApartWhenTheyAreSentAgain() {
        Conversation c = Conversation.established(withSack());
        for (int i = 0; i < 4; i++) {
            record(c, 400);
        }
        c.flush().forgetSent();

        c.advance(5000 * MILLIS).forgetSent(); // a tail loss probe, and the first two again and again
        c.inject(". 1:1(0) ack 801 win 60000").expect("P. 801:1201(400) ack 1").expect("P. 1201:1601(400) ack 1");
    }

    @Test
    void shouldEndNoRecordWhereNothingIsQueued() {
        Conversation c = Conversation.established();
        c.connection.endRecord();
        write(c, 10).flush().expect("P. 1:11(10) ack 1");
    }

    /** The queue against a list of ends. */
    @Property(tries = 200)
    void shouldFindTheEndOfEachRecord(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 700) Integer> writes,
            @ForAll @IntRange(min = 0, max = 4) int every, @ForAll @IntRange(min = 0, max = 3000) int acknowledged) {
        SendQueue queue = new SendQueue(Conversation.ISS);
        List<Integer> ends = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < writes.size(); i++) {
            queue.append(ByteBuffer.allocate(writes.get(i)));
            length += writes.get(i);
            if (every > 0 && i % every == 0) {
                queue.endRecord();
                ends.add(length);
            }
        }
        int gone = Math.min(acknowledged, length);
        queue.discard(gone);

        assertThat(queue.charge()).isEqualTo(queue.recount());
        for (int at = gone; at < length; at += 97) {
            int from = at;
            int expected = ends.stream().filter(end -> end > from).findFirst().orElse(length) - at;
            assertThat(queue.recordLength(Conversation.ISS + at, length - at)).isEqualTo(expected);
            assertThat(queue.recordLength(Conversation.ISS + at, 1)).isOne();
            assertThat(queue.endsRecord(Conversation.ISS + at)).isEqualTo(at > gone && ends.contains(at));
        }
    }
}
