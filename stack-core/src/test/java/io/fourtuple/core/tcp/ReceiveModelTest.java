package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Segments in any order, overlapping, repeated and too long, against a model that has a flag for each octet. */
class ReceiveModelTest {
    private static final int STREAM = 60_000;
    private static final int BUFFER = 10_000;

    private final OutboundSegment out = new OutboundSegment();

    @Property(tries = 300, seed = "7320519")
    @Rfc(number = 9293, rules = {"SHLD-14", "SHLD-31"})
    @Rfc(number = 2018, rules = "4")
    @Attack(4)
    void shouldKeepWhatANaiveModelKeeps(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Conversation c = Conversation.established(Conversation.withSack());
        c.polledByTest = true;
        boolean[] arrived = new boolean[STREAM + 2];
        int next = 1; // RCV.NXT of the model
        int read = 1;
        int edge = 1 + BUFFER;
        while (next < STREAM) {
            int around = random.nextInt(3) == 0 ? next : next - 2000 + random.nextInt(12_000);
            int start = Math.clamp(around, 1, STREAM);
            int length = Math.min(STREAM + 1 - start, random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(3000));
            c.connection.handleSegment(segment(start, length), c.now);

            for (int seq = Math.max(start, next); seq < Math.min(start + length, edge); seq++) {
                arrived[seq] = true;
            }
            while (arrived[next]) {
                next++;
            }
            if (random.nextInt(3) == 0) {
                String octets = c.receive();
                assertThat(octets).isEqualTo(new String(Conversation.slice(read, next - read),
                        StandardCharsets.US_ASCII));
                read = next;
            }
            edge = Math.max(edge, answer(c, arrived, next));
            assertThat(c.connection.rcvNxt()).isEqualTo(Seq.add(Conversation.IRS, next));
            assertThat(edge - read).as("octets that the peer may have us hold").isLessThanOrEqualTo(BUFFER);
            c.flush().forgetSent();
            edge = Math.max(edge, Seq.distance(Conversation.IRS, c.connection.tcb().rcvEdge));
        }
    }

    /** What was sent back tells nothing that is not so; returns the right edge that it offers. */
    private int answer(Conversation c, boolean[] arrived, int next) {
        int edge = 0;
        int sent = 0;
        while (c.connection.pollTransmit(out, c.now)) {
            assertThat(sent++).as("segments sent at one moment").isLessThan(1000);
            assertThat(out.ack).isEqualTo(Seq.add(Conversation.IRS, next));
            edge = next + out.window;
            for (int i = 0; i < 2 * out.sackBlocks; i += 2) {
                int start = Seq.distance(Conversation.IRS, out.sackEdges[i]);
                int end = Seq.distance(Conversation.IRS, out.sackEdges[i + 1]);
                boolean duplicate = i == 0 && start < next; // RFC 2883
                assertThat(start).isLessThan(end);
                assertThat(duplicate || start > next).isTrue();
                for (int seq = start; seq < end; seq++) {
                    assertThat(arrived[seq]).as("octet %d is said to be there", seq).isTrue();
                }
            }
        }
        return edge;
    }

    private static TcpSegment segment(int start, int length) {
        return new TcpSegment(Seq.add(Conversation.IRS, start), Seq.add(Conversation.ISS, 1), TcpFlags.ACK, 60_000, 0,
                TcpOptions.NONE, Conversation.slice(start, length), 0, length, 0, 0);
    }
}
