package io.fourtuple.nic.replay;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.pcapng.CaptureReader;
import io.fourtuple.nic.pcapng.CapturedPacket;
import io.fourtuple.nic.replay.RecordedSegment.Segment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads a capture when its packets are due, and gives each to its {@link Conversation}.
 *
 * <p>Confined to one thread. Times are nanoseconds of its clock. Files are read on that thread, as they come from the
 * page cache or a disk; a capture from a slow network file system is better copied first.
 */
final class Replay {
    /** How often conversations look at the time. */
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(50);

    private final ReplayConfig config;
    private final CaptureReader reader;
    private final ArrayDeque<byte[]> ready = new ArrayDeque<>();
    private final Map<FourTuple, Conversation> byRecorded = new LinkedHashMap<>();
    private final Map<Integer, Conversation> byPort = new LinkedHashMap<>();
    private final List<Conversation> all = new ArrayList<>();
    private final List<Conversation> live = new ArrayList<>();
    private final Set<FourTuple> withoutBeginning = new LinkedHashSet<>();
    private final List<String> skipped = new ArrayList<>();
    private long skippedBeyond;
    private long packets;
    private long otherPackets;
    private long damagedPackets;

    private volatile ReplayNic.Taken taken = (_, _) -> true;
    private Optional<CapturedPacket> next = Optional.empty();
    private boolean isStarted;
    private boolean isOver;
    private String broken = "";
    /** When {@link #next} is due, and the recorded time of the packet before. */
    private long due;
    private long recordedBefore;
    private long nextTick;

    Replay(ReplayConfig config, CaptureReader reader) {
        this.config = config;
        this.reader = reader;
    }

    void resetWhen(ReplayNic.Taken value) {
        taken = value;
    }

    /** Whether nothing more will be sent. */
    boolean hasEnded() {
        return isOver && live.isEmpty() && ready.isEmpty();
    }

    /** When {@link #poll} has something to do, unless the stack says something before. */
    long deadline() {
        if (hasEnded()) {
            return Deadline.NONE;
        }
        return isOver || isFull() ? nextTick : Deadline.earlier(due, nextTick);
    }

    /** Hands over up to {@code most} packets that are due. */
    int poll(Consumer<byte[]> into, int most, long now) {
        if (!isStarted) {
            isStarted = true;
            nextTick = now;
            due = now;
            read(now);
        }
        if (Deadline.isDue(nextTick, now)) {
            nextTick = Deadline.after(now, TICK);
            boolean isStuck = isOver || isFull();
            live.forEach(conversation -> conversation.handleTick(now, isStuck));
            forgetEnded();
        }
        while (ready.size() < most && !isOver && !isFull() && Deadline.isDue(due, now)) {
            packets++;
            play(next.orElseThrow(), now);
            read(now);
        }
        int count = 0;
        for (; count < most && !ready.isEmpty(); count++) {
            into.accept(ready.remove());
        }
        return count;
    }

    private boolean isFull() {
        return live.stream().mapToLong(Conversation::pendingBytes).sum() >= config.pendingBytes();
    }

    private void read(long now) {
        try {
            next = reader.next();
        } catch (IOException e) {
            next = Optional.empty();
            broken = String.valueOf(e.getMessage());
        }
        if (next.isEmpty()) {
            isOver = true;
            live.forEach(conversation -> conversation.handleEndOfCapture(now));
            forgetEnded();
            return;
        }
        long recorded = next.get().epochNanos();
        long gap = packets == 0 ? 0 : Math.max(0, recorded - recordedBefore);
        recordedBefore = recorded;
        // What has been held up is not made up for: gaps stay as they were.
        long from = now - due > TICK ? now : due;
        due = Deadline.after(from, (long) (gap / config.speed()));
    }

    private void play(CapturedPacket packet, long now) {
        switch (RecordedSegment.of(packet, config.checkChecksums())) {
            case RecordedSegment.Other _ -> otherPackets++;
            case RecordedSegment.Damaged _ -> damagedPackets++;
            case Segment segment -> play(segment, now);
        }
        forgetEnded();
    }

    private void play(Segment segment, long now) {
        FourTuple tuple = segment.tuple();
        Conversation ofClient = byRecorded.get(tuple);
        Conversation ofServer = byRecorded.get(tuple.reversed());
        boolean isOpening = segment.has(TcpFlags.SYN) && !segment.has(TcpFlags.ACK);
        if (isOpening && (ofClient == null || ofClient.isOlderThan(segment))) {
            if (ofClient != null) {
                ofClient.handleEndOfCapture(now);
            }
            begin(segment, now);
        } else if (ofClient != null) {
            ofClient.handleClient(segment, now);
        } else if (ofServer != null) {
            ofServer.handleServer(segment, now);
        } else {
            skipWithoutBeginning(tuple);
        }
    }

    private void begin(Segment syn, long now) {
        FourTuple tuple = syn.tuple();
        if (all.size() == ReplayConfig.MOST_CONVERSATIONS || live.size() >= config.connections()) {
            byRecorded.remove(tuple);
            skip(text(tuple) + " is skipped: " + (live.size() >= config.connections()
                    ? config.connections() + " conversations are under way"
                    : "the capture has too many conversations"));
            remember(tuple);
            return;
        }
        int port = ReplayConfig.FIRST_PORT + all.size();
        Conversation conversation = new Conversation(config, syn, port, taken, ready::add, now);
        byRecorded.put(tuple, conversation);
        byPort.put(port, conversation);
        all.add(conversation);
        live.add(conversation);
    }

    private void skipWithoutBeginning(FourTuple tuple) {
        if (!withoutBeginning.contains(tuple) && !withoutBeginning.contains(tuple.reversed())) {
            skip(text(tuple) + " is skipped: its beginning is not in the capture");
            remember(tuple);
        }
    }

    private void remember(FourTuple tuple) {
        if (withoutBeginning.size() < ReplayConfig.MOST_CONVERSATIONS) {
            withoutBeginning.add(tuple);
        }
    }

    private void skip(String sentence) {
        if (skipped.size() < ReplayReport.MOST_SKIPPED) {
            skipped.add(sentence);
        } else {
            skippedBeyond++;
        }
    }

    private static String text(FourTuple tuple) {
        return tuple.local().toString(tuple.localPort()) + " to " + tuple.remote().toString(tuple.remotePort());
    }

    private void forgetEnded() {
        live.removeIf(Conversation::hasEnded);
    }

    /** A segment of the stack to one of the clients. */
    void handleStack(int clientPort, TcpSegment segment, long now) {
        Conversation conversation = byPort.get(clientPort);
        if (conversation != null) {
            conversation.handleStack(segment, now);
            forgetEnded();
        }
    }

    ReplayReport report() {
        return new ReplayReport(all.stream().map(Conversation::report).toList(), skipped, skippedBeyond, packets,
                otherPackets, damagedPackets, broken.isEmpty() ? Optional.empty() : Optional.of(broken));
    }
}
