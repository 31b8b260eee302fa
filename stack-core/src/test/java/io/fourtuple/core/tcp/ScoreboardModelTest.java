package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counters;
import io.fourtuple.core.wire.Seq;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The scoreboard against one that knows each octet by itself. */
class ScoreboardModelTest {
    private static final int BASE = 0xffff_ff80;
    private static final int SIZE = 3000;

    private final Random random = new Random();
    private final Scoreboard board = new Scoreboard();
    private final DeliveryRate rate = new DeliveryRate();
    private final Delivery delivery = new Delivery();
    private final Tcb connection = new Tcb(Conversation.TUPLE, TcpState.ESTABLISHED,
            Seq.add(BASE, -1), 0, new PathProperties(10, 10), TcpConfig.defaults(),
            ShardMemory.unlimited(new Counters()), 0);
    private final int[] flags = new int[SIZE];
    private final long[] sentAt = new long[SIZE];
    private int una;
    private int nxt;
    private long now = Long.MAX_VALUE - 2000;

    @Property(tries = 300)
    void shouldKnowOfEachOctetWhatAModelKnows(@ForAll long seed, @ForAll @IntRange(min = 10, max = 400) int steps) {
        random.setSeed(seed);
        board.clear();
        una = 0;
        nxt = 0;
        for (int i = 0; i < steps && nxt < SIZE - 100; i++) {
            now += random.nextInt(3);
            step();
            compare();
        }
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> send(random.nextInt(1, 30));
            case 3 -> acknowledge(una + random.nextInt(nxt - una + 1));
            case 4, 5, 6 -> sack();
            case 7 -> lose();
            case 8 -> resend();
            default -> rare();
        }
    }

    private void send(int octets) {
        board.append(at(nxt), at(nxt + octets), now, random.nextInt(3), rate);
        for (int i = nxt; i < nxt + octets; i++) {
            flags[i] = 0;
            sentAt[i] = now;
        }
        nxt += octets;
    }

    private void acknowledge(int to) {
        delivery.begin(connection, false, 0, now);
        board.advance(at(to), delivery);
        una = to;
    }

    private void sack() {
        if (nxt - una < 3) {
            return;
        }
        int from = una + random.nextInt(nxt - una - 1);
        int to = from + 1 + random.nextInt(Math.min(40, nxt - from));
        delivery.begin(connection, false, 0, now);
        int fresh = 0;
        for (int i = from; i < to; i++) {
            fresh += (flags[i] & Scoreboard.SACKED) == 0 ? 1 : 0;
            flags[i] = Scoreboard.SACKED;
        }
        assertThat(board.sack(at(from), at(to), delivery)).isEqualTo(fresh);
    }

    private void lose() {
        int to = una + random.nextInt(nxt - una + 1);
        boolean again = random.nextBoolean();
        board.markLostBefore(at(to), again);
        for (int i = una; i < to; i++) {
            if (flags[i] == 0 || (again && flags[i] != Scoreboard.SACKED)) {
                flags[i] = Scoreboard.LOST;
            }
        }
    }

    private void resend() {
        if (board.pending() == 0) {
            return;
        }
        int from = Seq.distance(BASE, board.pendingStart());
        int to = from + random.nextInt(1, 1 + Seq.distance(at(from), board.pendingEnd()));
        for (int i = una; i < to; i++) {
            assertThat(flags[i] == Scoreboard.LOST).as("octet %s of %s", i, from).isEqualTo(i >= from);
        }
        board.resendPending(at(to), now, rate);
        for (int i = from; i < to; i++) {
            flags[i] = Scoreboard.LOST | Scoreboard.RESENT;
            sentAt[i] = now;
        }
    }

    private void rare() {
        switch (random.nextInt(4)) {
            case 0 -> {
                board.forgetLost(now);
                forget(Scoreboard.LOST | Scoreboard.RESENT, 0);
            }
            case 1 -> {
                board.markAllLost();
                for (int i = una; i < nxt; i++) {
                    flags[i] = flags[i] == Scoreboard.SACKED ? flags[i] : Scoreboard.LOST;
                }
            }
            case 2 -> {
                if (random.nextInt(4) == 0) {
                    board.forgetSacked(now);
                    forget(~0, Scoreboard.LOST);
                }
            }
            default -> {
                if (board.hasOldest()) {
                    int end = Seq.distance(BASE, board.oldestEnd());
                    long at = board.oldestSentAt();
                    board.markOldestLost();
                    int i = end - 1;
                    while (i >= una && board.flagsAt(at(i)) == board.flagsAt(at(end - 1)) && inNetwork(i)
                            && sentAt[i] - at <= 0) {
                        flags[i--] = Scoreboard.LOST;
                    }
                }
            }
        }
    }

    private boolean inNetwork(int i) {
        return flags[i] == 0 || (flags[i] & Scoreboard.RESENT) != 0;
    }

    private void forget(int mask, int add) {
        for (int i = una; i < nxt; i++) {
            if ((flags[i] & mask) != 0 || mask == ~0) {
                flags[i] = (flags[i] & ~mask) | add;
            }
        }
    }

    private void compare() {
        board.check(at(una), at(nxt));
        int sacked = 0;
        int lost = 0;
        int resent = 0;
        int mask = Scoreboard.SACKED | Scoreboard.LOST | Scoreboard.RESENT;
        for (int i = una; i < nxt; i++) {
            assertThat(board.flagsAt(at(i)) & mask).as("octet %s", i).isEqualTo(flags[i]);
            sacked += (flags[i] & Scoreboard.SACKED) != 0 ? 1 : 0;
            lost += (flags[i] & Scoreboard.LOST) != 0 ? 1 : 0;
            resent += (flags[i] & Scoreboard.RESENT) != 0 ? 1 : 0;
        }
        assertThat(board.sacked()).isEqualTo(sacked);
        assertThat(board.lost()).isEqualTo(lost);
        assertThat(board.resent()).isEqualTo(resent);
        assertThat(board.lostEdge(at(una), 10)).isEqualTo(at(lostEdge()));
        if (nxt > una) {
            int probe = una + random.nextInt(nxt - una);
            assertThat(board.isBelowSacked(at(probe))).as("something after %s", probe).isEqualTo(isBelowSacked(probe));
            assertThat(board.nextUnproven(at(una))).as("NextSeg rule (3)").isEqualTo(at(nextUnproven()));
        }
    }

    private boolean isBelowSacked(int offset) {
        int at = board.endOf(at(offset)); // a run is acknowledged whole, or not
        return IntStream.range(Seq.distance(BASE, at), nxt).anyMatch(i -> flags[i] == Scoreboard.SACKED);
    }

    /** RFC 6675 §4, NextSeg rule (3): what was sent once, and something after it has arrived. */
    private int nextUnproven() {
        int plain = una;
        while (plain < nxt && (flags[plain] != 0 || (board.flagsAt(at(plain)) & Scoreboard.EVER_RESENT) != 0)) {
            plain++;
        }
        return plain < nxt && isBelowSacked(plain) ? plain : una;
    }

    /** RFC 6675 §4, IsLost, octet by octet. */
    private int lostEdge() {
        int ranges = 0;
        int above = 0;
        for (int i = nxt - 1; i >= una; i--) {
            if (flags[i] == Scoreboard.SACKED) {
                above++;
                if (i == una || flags[i - 1] != Scoreboard.SACKED) {
                    ranges++;
                    if (ranges >= 3 || above > 20) {
                        return i;
                    }
                }
            }
        }
        return una;
    }

    private static int at(int offset) {
        return Seq.add(BASE, offset);
    }
}
