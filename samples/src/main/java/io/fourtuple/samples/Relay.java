package io.fourtuple.samples;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SubscriptionWithCancelException;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * What stands between the two connections of a proxy, and holds nothing:
 *
 * <pre>
 *              ┌───────────────────────┐
 *   client ───▶│ clientIn ───▶ farOut  │───▶ far side
 *   client ◀───│ clientOut ◀─── farIn  │◀─── far side
 *              └───────────────────────┘
 * </pre>
 *
 * <p>The end of one direction ends that direction only: FIN goes through as FIN. When a connection breaks, both
 * directions of the other fail, which resets it: RST goes through as RST. The same happens to both when no octet has
 * passed in either direction for some time.
 */
final class Relay
        extends AbstractGraphStageWithMaterializedValue<
                BidiShape<ByteString, ByteString, ByteString, ByteString>, CompletionStage<Relay.Ending>> {
    private static final String IDLE = "idle";

    private final Duration idleTimeout;
    private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape = new BidiShape<>(
            Inlet.create("Relay.clientIn"),
            Outlet.create("Relay.farOut"),
            Inlet.create("Relay.farIn"),
            Outlet.create("Relay.clientOut"));

    /** Who is at an end of the relay. */
    enum Side {
        CLIENT,
        FAR_SIDE
    }

    /** Why a relay has ended. */
    sealed interface Reason {
        /**
         * Both ended their direction in order.
         *
         * @param first who did so first
         */
        record Closed(Side first) implements Reason {}

        /**
         * A connection broke, or was never there.
         *
         * @param side whose
         * @param cause what its stream failed with
         */
        record Broken(Side side, Throwable cause) implements Reason {}

        /** No octet passed in either direction for too long. */
        record Idle() implements Reason {}
    }

    /**
     * What there is to tell of a relay that is over.
     *
     * @param toFarSide octets that the client sent
     * @param toClient octets that the far side sent
     * @param duration from the client's connection to the end of both
     * @param reason why it ended
     */
    record Ending(long toFarSide, long toClient, Duration duration, Reason reason) {}

    /**
     * A relay between two connections.
     *
     * @param idleTimeout how long no octet may pass
     */
    Relay(Duration idleTimeout) {
        this.idleTimeout = idleTimeout;
    }

    @Override
    public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<Ending>> createLogicAndMaterializedValuePair(Attributes attributes) {
        CompletableFuture<Ending> ended = new CompletableFuture<>();
        return Pair.create(new Logic(ended), ended.minimalCompletionStage());
    }

    private final class Logic extends TimerGraphStageLogic {
        private final CompletableFuture<Ending> ended;
        private final long startNanos = System.nanoTime();
        private final Direction toFarSide = new Direction(shape.in1(), shape.out1(), Side.CLIENT, Side.FAR_SIDE);
        private final Direction toClient = new Direction(shape.in2(), shape.out2(), Side.FAR_SIDE, Side.CLIENT);
        private long lastPassNanos = startNanos;
        /** Null until something has ended. */
        private Reason reason;

        private Logic(CompletableFuture<Ending> ended) {
            super(shape);
            this.ended = ended;
        }

        @Override
        public void preStart() {
            scheduleOnce(IDLE, idleTimeout);
        }

        /** An octet does not touch the timer: it looks itself how much longer to wait. */
        @Override
        public void onTimer(Object key) {
            Duration left = idleTimeout.minusNanos(System.nanoTime() - lastPassNanos);
            if (left.isPositive()) {
                scheduleOnce(IDLE, left);
            } else {
                reason = new Reason.Idle();
                failStage(new TimeoutException("no octet in either direction for " + idleTimeout));
            }
        }

        @Override
        public void postStop() {
            ended.complete(new Ending(
                    toFarSide.octets, toClient.octets, Duration.ofNanos(System.nanoTime() - startNanos), reason));
        }

        private void closed(Side side) {
            if (reason == null) {
                reason = new Reason.Closed(side);
            }
        }

        private void broken(Side side, Throwable cause) {
            reason = new Reason.Broken(side, cause);
            failStage(cause);
        }

        /** One way through the relay: demand goes up, octets come down. */
        private final class Direction {
            private long octets;

            private Direction(Inlet<ByteString> in, Outlet<ByteString> out, Side from, Side to) {
                setHandler(in, new AbstractInHandler() {
                    @Override
                    public void onPush() {
                        ByteString data = grab(in);
                        octets += data.length();
                        lastPassNanos = System.nanoTime();
                        push(out, data);
                    }

                    @Override
                    public void onUpstreamFinish() {
                        closed(from);
                        complete(out);
                    }

                    @Override
                    public void onUpstreamFailure(Throwable cause) {
                        broken(from, cause);
                    }
                });
                setHandler(out, new AbstractOutHandler() {
                    @Override
                    public void onPull() {
                        pull(in);
                    }

                    @Override
                    public void onDownstreamFinish(Throwable cause) {
                        if (cause instanceof SubscriptionWithCancelException.NonFailureCancellation) {
                            closed(to);
                            cancel(in, cause);
                        } else {
                            broken(to, cause);
                        }
                    }
                });
            }
        }
    }
}
