package io.fourtuple.benchmarks.interop;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One flow: octets of a stream for a time, the end of the stream, and what arrives of it.
 *
 * <p>The sender's methods are confined to one thread at a time, and so are the receiver's; {@link #whenDone} may be
 * used by any.
 */
final class Transfer {
    /** How many octets a sender writes at once. */
    static final int CHUNK = 16 * 1024;

    private final Cell cell;
    private final int port;
    private final long lengthNanos;
    private final Octets toSend;
    private final Octets toExpect;
    private final CompletableFuture<Transfer> done = new CompletableFuture<>();
    private volatile boolean started;
    private volatile long startNanos;
    private volatile boolean ended;
    /** Written by the sender alone. */
    private volatile long sent;
    private long received;
    private volatile long receivedInTime;

    /**
     * A flow that has not begun.
     *
     * @param port of the receiver; tells flows apart
     * @param lengthNanos for how long is sent, from the moment the connection is there
     * @param seed of the octets
     */
    Transfer(Cell cell, int port, long lengthNanos, long seed) {
        this.cell = cell;
        this.port = port;
        this.lengthNanos = lengthNanos;
        toSend = new Octets(seed);
        toExpect = new Octets(seed);
    }

    Cell cell() {
        return cell;
    }

    int port() {
        return port;
    }

    long lengthNanos() {
        return lengthNanos;
    }

    // ---- the sender ----

    /** The connection is there: time runs. */
    void connected() {
        startNanos = System.nanoTime();
        started = true;
    }

    /** Whether nothing more is to be sent. */
    boolean isOver() {
        return System.nanoTime() - startNanos - lengthNanos >= 0;
    }

    /** The next octets of the stream after {@link #sent}. */
    byte[] next() {
        return toSend.copy(sent, CHUNK);
    }

    /** So many octets have been given to the connection. */
    void sent(int octets) {
        long before = sent;
        sent = before + octets;
    }

    /** All has been given to the connection, and its end. */
    void allSent() {
        ended = true;
    }

    // ---- the receiver ----

    /** Octets have arrived, in order. */
    void received(byte[] octets, int from, int length) {
        int wrong = toExpect.mismatch(octets, from, length, received);
        if (wrong >= 0) {
            failed("octet " + (received + wrong) + " is wrong");
        }
        received += length;
        if (started && System.nanoTime() - startNanos - lengthNanos <= 0) {
            receivedInTime = received;
        }
    }

    /** The end of the stream has arrived. */
    void endReceived() {
        if (!ended) {
            failed("the stream ended after " + received + " octets, before its sender had ended it");
        } else if (received != sent) {
            failed(received + " octets have arrived of " + sent);
        } else {
            done.complete(this);
        }
    }

    // ---- both ----

    /** Something is wrong: what came first is kept. */
    void failed(String why) {
        done.completeExceptionally(new IllegalStateException(state() + ": " + why));
    }

    /** Completed when every octet sent has arrived as it was, and the end; exceptionally, when that cannot be. */
    CompletableFuture<Transfer> whenDone() {
        return done;
    }

    /** How many octets had arrived when the time was over. */
    long receivedInTime() {
        return receivedInTime;
    }

    /** What has happened so far. */
    String state() {
        return cell.name() + ", port " + port + ", "
                + (started ? sent + " octets sent" + (ended ? " and the end" : "") : "not connected")
                + ", " + receivedInTime + " received in time";
    }

    /** Why it has failed; empty when it has not. */
    Optional<String> failure() {
        return done.isCompletedExceptionally()
                ? Optional.of(String.valueOf(done.exceptionNow().getMessage()))
                : Optional.empty();
    }
}
