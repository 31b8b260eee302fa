package io.fourtuple.nic.replay;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.replay.PacketWriter.Agreed;
import io.fourtuple.nic.replay.PacketWriter.Numbers;
import io.fourtuple.nic.replay.RecordedSegment.Segment;
import io.fourtuple.nic.replay.ReplayReport.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The recorded client of one conversation, played to a stack.
 *
 * <p>It sends what the recording has, in its order, as far as the stack's window reaches; what is beyond waits, and may
 * be overtaken by a recorded retransmission of what comes before. Whatever the stack has not acknowledged is kept, and
 * the first of it is sent again when nothing moves. It acknowledges what the recorded client has acknowledged, as far
 * as the stack has sent that, and the rest of what the stack sends a little later.
 *
 * <p>Confined to the thread of its {@link Replay}. Times are nanoseconds of its clock.
 */
final class Conversation {
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);
    private static final long ACK_DELAY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_SHIFT = 14;

    private enum State {
        /** The recorded SYN waits for the first sign of what its server has agreed to. */
        RECORDED,
        SYN_SENT,
        ESTABLISHED,
        ENDED
    }

    private final ReplayConfig config;
    private final FourTuple recorded;
    private final Segment syn;
    private final int port;
    private final PacketWriter writer;
    private final ReplayNic.Taken taken;
    private final Consumer<byte[]> out;
    private final long patience;

    private State state = State.RECORDED;
    private Outcome outcome = Outcome.NOT_PLAYED;
    private String sentence = "its SYN was not answered in the recording";
    private Agreed agreed = new Agreed(true, true, true);

    // The recorded server's numbers, and how the stack's differ.
    private boolean isServerKnown;
    private int serverIsn;
    private int shift;

    private final Outbox outbox;
    private int windowShift;

    // What the stack has sent, and we have acknowledged.
    private boolean timestamps;
    private int tsRecent;
    private int tsVal;
    private int rcvNxt;
    private int lastAck;
    private int recordedAck;
    private boolean stackHasClosed;
    private int window = 0xffff;
    private long ackDue = Deadline.NONE;

    private long lastProgress;
    private long lastSent;
    /** No more segments of the recording come, and this is how it ends when all are acknowledged. */
    private boolean isRecordingOver;
    private Outcome ending = Outcome.CLOSED;
    private String endingSentence = "closed";

    /**
     * A conversation that begins with a recorded SYN.
     *
     * @param port the client's, from now on
     * @param taken what a reset waits for
     * @param out takes packets for the stack
     */
    Conversation(
            ReplayConfig config, Segment syn, int port, ReplayNic.Taken taken, Consumer<byte[]> out, long now) {
        this.config = config;
        this.syn = syn;
        this.port = port;
        this.taken = taken;
        this.out = out;
        recorded = syn.tuple();
        writer = new PacketWriter(config, port);
        patience = config.patience().toNanos();
        outbox = new Outbox(Seq.add(syn.tcp().seq(), 1));
        tsVal = syn.tcp().options().tsVal();
        lastProgress = now;
        if (syn.tcp().payloadLength() > 0) {
            take(syn);
        }
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** Whether a segment of its client is the SYN of another conversation between the same sockets. */
    boolean isOlderThan(Segment other) {
        return other.has(TcpFlags.SYN) && other.tcp().seq() != syn.tcp().seq();
    }

    /** Octets that wait here. */
    long pendingBytes() {
        return outbox.pendingBytes();
    }

    ReplayReport.Conversation report() {
        boolean isPlayed = outcome != Outcome.NOT_PLAYED;
        return new ReplayReport.Conversation(recorded.local(), recorded.localPort(), recorded.remote(),
                recorded.remotePort(), isPlayed ? port : 0, outbox.acknowledged(), outcome, sentence);
    }

    /** The next segment of its recorded server. */
    void handleServer(Segment segment, long now) {
        TcpSegment tcp = segment.tcp();
        if (state == State.RECORDED && tcp.has(TcpFlags.RST)) {
            end(Outcome.NOT_PLAYED, "its SYN was refused in the recording");
        } else if (tcp.has(TcpFlags.SYN | TcpFlags.ACK) && !isServerKnown) {
            isServerKnown = true;
            serverIsn = tcp.seq();
            TcpOptions options = tcp.options();
            agreed = new Agreed(options.hasTimestamps(), options.sackPermitted(), options.windowScale() >= 0);
            sendSyn(now);
        } else if (tcp.has(TcpFlags.RST) && state != State.ENDED) {
            finishWith(Outcome.RESET, "reset by the recorded server", now);
        }
    }

    /** The next segment of its recorded client. */
    void handleClient(Segment segment, long now) {
        TcpSegment tcp = segment.tcp();
        if (state == State.ENDED || ending == Outcome.INCOMPLETE || tcp.has(TcpFlags.SYN)) {
            return; // A SYN that comes again is sent again when need be.
        }
        if (state == State.RECORDED) {
            learnFromClient(tcp);
            sendSyn(now);
        }
        if (segment.cut()) {
            finishWith(Outcome.INCOMPLETE,
                    "packets were captured without their ends: capture with a snap length of 0", now);
        } else if (tcp.has(TcpFlags.RST)) {
            finishWith(Outcome.RESET, "reset", now);
        } else if (tcp.length() > 0) {
            lastProgress = now;
            take(segment);
            pump(now);
        } else if (state == State.ESTABLISHED) {
            acknowledge(segment, now);
        }
    }

    /** The capture has no SYN-ACK: its server's number is in the first acknowledgment, and timestamps show. */
    private void learnFromClient(TcpSegment tcp) {
        if (tcp.has(TcpFlags.ACK)) {
            isServerKnown = true;
            serverIsn = Seq.add(tcp.ack(), -1);
            agreed = new Agreed(tcp.options().hasTimestamps(), true, true);
        }
    }

    private void sendSyn(long now) {
        state = State.SYN_SENT;
        lastProgress = now;
        lastSent = now;
        out.accept(writer.syn(syn, agreed));
    }

    /** Cuts a recorded segment into what fits into packets here. */
    private void take(Segment segment) {
        outbox.take(segment, PacketWriter.mostPayload(config, ReplayNic.MTU, segment.headerLength()));
    }

    /** Sends what was not sent and fits into the stack's window. */
    private void pump(long now) {
        if (state != State.ESTABLISHED) {
            return;
        }
        Optional<Piece> next = outbox.pollSendable();
        while (next.isPresent()) {
            send(next.get(), now);
            next = outbox.pollSendable();
        }
        if (outbox.isEmpty()) {
            finish(now);
        }
    }

    private void send(Piece piece, long now) {
        lastSent = now;
        window = piece.recorded.tcp().window();
        advanceRecordedAck(piece.recorded.tcp());
        noteTimestamp(piece.recorded.tcp());
        out.accept(writer.piece(piece, numbers(nextAck())));
    }

    /** Passes an acknowledgment on, if it says anything that the stack does not know yet. */
    private void acknowledge(Segment segment, long now) {
        TcpSegment tcp = segment.tcp();
        advanceRecordedAck(tcp);
        noteTimestamp(tcp);
        int ack = nextAck();
        if (ack != lastAck || tcp.window() != window) {
            window = tcp.window();
            lastSent = now;
            out.accept(writer.acknowledgment(segment, outbox.sndMax(), numbers(ack)));
        }
    }

    private void advanceRecordedAck(TcpSegment tcp) {
        if (tcp.has(TcpFlags.ACK) && isServerKnown) {
            int translated = Seq.add(tcp.ack(), shift);
            recordedAck = Seq.max(recordedAck, translated);
        }
    }

    /** What the recorded client has acknowledged, as far as the stack has sent it; never less than before. */
    private int nextAck() {
        return Seq.max(lastAck, Seq.min(recordedAck, rcvNxt));
    }

    private void noteTimestamp(TcpSegment tcp) {
        if (tcp.options().hasTimestamps()) {
            tsVal = Seq.max(tsVal, tcp.options().tsVal());
        }
    }

    private Numbers numbers(int ack) {
        lastAck = ack;
        ackDue = ack == rcvNxt ? Deadline.NONE : ackDue;
        return new Numbers(ack, rcvNxt, tsVal, tsRecent, shift);
    }

    private void sendBare(int flags) {
        out.accept(writer.bare(flags, outbox.sndMax(), window, timestamps, numbers(rcvNxt)));
    }

    /** A segment of the stack. */
    void handleStack(TcpSegment tcp, long now) {
        switch (state) {
            case RECORDED, ENDED -> {
                // Late words to one who is gone.
            }
            case SYN_SENT -> handleSynAck(tcp, now);
            case ESTABLISHED -> handleEstablished(tcp, now);
        }
    }

    private void handleSynAck(TcpSegment tcp, long now) {
        if (tcp.has(TcpFlags.RST)) {
            end(Outcome.NOT_ACCEPTED, "the stack has refused it: does it listen on the port?");
        } else if (tcp.has(TcpFlags.SYN | TcpFlags.ACK) && tcp.ack() == outbox.una()) {
            state = State.ESTABLISHED;
            shift = Seq.distance(serverIsn, tcp.seq());
            rcvNxt = tcp.end();
            lastAck = rcvNxt;
            recordedAck = rcvNxt;
            timestamps = tcp.options().hasTimestamps();
            tsRecent = tcp.options().tsVal();
            outbox.handleAck(tcp.ack(), tcp.window());
            windowShift = Math.clamp(tcp.options().windowScale(), 0, MOST_SHIFT);
            lastProgress = now;
            sendBare(TcpFlags.ACK);
            pump(now);
        }
    }

    private void handleEstablished(TcpSegment tcp, long now) {
        if (tcp.has(TcpFlags.RST)) {
            end(Outcome.RESET_BY_STACK, "the stack has reset it");
            return;
        }
        if (tcp.options().hasTimestamps()) {
            tsRecent = Seq.max(tsRecent, tcp.options().tsVal());
        }
        if (tcp.has(TcpFlags.ACK) && outbox.handleAck(tcp.ack(), tcp.window() << windowShift)) {
            lastProgress = now;
            isRecordingOver |= outbox.isFinAcknowledged();
        }
        if (tcp.seq() != rcvNxt) {
            sendBare(TcpFlags.ACK);
        } else if (tcp.length() > 0) {
            rcvNxt = tcp.end();
            stackHasClosed |= tcp.has(TcpFlags.FIN);
            ackDue = Deadline.after(now, ACK_DELAY);
        }
        pump(now);
    }

    /** All that was recorded is acknowledged. */
    private void finish(long now) {
        if (hasClosed()) {
            sendBare(TcpFlags.ACK);
            end(ending == Outcome.RESET ? Outcome.RESET : Outcome.CLOSED, endingSentence);
        } else if (isToReset()) {
            if (taken.hasTaken(port, outbox.acknowledged()) || now - lastProgress >= patience) {
                end(ending, endingSentence);
            }
        } else if (isRecordingOver && ackDue != Deadline.NONE) {
            sendBare(TcpFlags.ACK);
            lastProgress = now;
        }
    }

    private boolean isToReset() {
        return isRecordingOver && ending != Outcome.CLOSED;
    }

    private boolean hasClosed() {
        return outbox.isFinAcknowledged() && stackHasClosed;
    }

    private void finishWith(Outcome how, String words, long now) {
        isRecordingOver = true;
        ending = how;
        endingSentence = words;
        if (state == State.RECORDED) {
            end(Outcome.NOT_PLAYED, "its SYN was not answered in the recording");
        } else {
            pump(now);
        }
    }

    /** The capture has come to its end. */
    void handleEndOfCapture(long now) {
        if (state == State.ENDED) {
            return;
        }
        if (!outbox.hasFin() && !isRecordingOver) {
            finishWith(Outcome.CUT_OFF, "the capture ends before it does", now);
        } else if (state == State.RECORDED) {
            finishWith(ending, endingSentence, now);
        }
    }

    /**
     * Looks at the time.
     *
     * @param isStuck whether nothing comes any more that could help it on
     */
    void handleTick(long now, boolean isStuck) {
        boolean isImpatient = now - lastProgress >= patience;
        if (state == State.SYN_SENT) {
            if (isImpatient) {
                end(Outcome.NOT_ACCEPTED, "the stack has not answered its SYN within " + text(config.patience()));
            } else if (now - lastSent >= AGAIN) {
                lastSent = now;
                out.accept(writer.syn(syn, agreed));
            }
        } else if (state == State.ESTABLISHED && outbox.isEmpty() && isToReset()) {
            finish(now);
        } else if (state == State.ESTABLISHED) {
            if (isImpatient && (isStuck || (outbox.isEmpty() && isRecordingOver))) {
                giveUp();
            } else if (Deadline.isDue(ackDue, now)) {
                sendBare(TcpFlags.ACK);
            } else if (now - lastSent >= AGAIN) {
                outbox.firstSent().ifPresent(piece -> send(piece, now));
            }
        }
    }

    private void giveUp() {
        long taken = outbox.acknowledged();
        if (outbox.isEmpty()) {
            end(Outcome.STALLED, "the stack's application has not closed its end within " + text(config.patience()));
        } else if (outbox.missingUpTo().isPresent()) {
            end(Outcome.INCOMPLETE, "octets " + taken + " to " + (outbox.missingUpTo().get() - 1)
                    + " are not in the capture");
        } else {
            end(Outcome.STALLED, "the stack has taken " + taken + " octets and no more within "
                    + text(config.patience()));
        }
    }

    /** Ends it, with a reset unless both ends have closed. */
    void end(Outcome how, String words) {
        boolean isPlayed = state == State.SYN_SENT || state == State.ESTABLISHED;
        if (isPlayed && !hasClosed()
                && how != Outcome.RESET_BY_STACK && how != Outcome.NOT_ACCEPTED) {
            // The one number that a stack accepts a reset with (RFC 5961 §3.2).
            out.accept(writer.bare(TcpFlags.RST | TcpFlags.ACK, outbox.una(), 0, timestamps, numbers(rcvNxt)));
        }
        state = State.ENDED;
        outcome = how;
        sentence = words;
        outbox.clear();
    }

    private static String text(Duration time) {
        return time.toMillis() / 1e3 + " s";
    }
}
