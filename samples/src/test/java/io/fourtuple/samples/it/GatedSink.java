package io.fourtuple.samples.it;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/** A sink that asks for nothing, not even one element in advance, until it is told to; then it reads everything. */
final class GatedSink
        extends AbstractGraphStageWithMaterializedValue<SinkShape<ByteString>, GatedSink.Gate> {
    private final SinkShape<ByteString> shape = SinkShape.of(Inlet.create("GatedSink.in"));

    @Override
    public SinkShape<ByteString> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Gate> createLogicAndMaterializedValuePair(Attributes attributes) {
        var logic = new Logic();
        return Pair.create(logic, logic);
    }

    /** What a test holds. */
    interface Gate {
        /** Lets the sink read from now on. */
        void open();

        /** Octets read so far. */
        long count();

        /** Waits for the end of the stream: the SHA-256 of all of it, in hexadecimal. */
        String digest(Duration atMost);
    }

    private final class Logic extends GraphStageLogic implements Gate {
        private final CompletableFuture<String> digest = new CompletableFuture<>();
        private final MessageDigest sha256 = sha256();
        private final AsyncCallback<Done> opened = createAsyncCallback(_ -> {
            open = true;
            pullIfOpen();
        });
        private boolean open;
        private final AtomicLong count = new AtomicLong();

        private Logic() {
            super(shape);
            setHandler(shape.in(), new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString bytes = grab(shape.in());
                    bytes.getByteBuffers().forEach(sha256::update);
                    count.addAndGet(bytes.size());
                    pullIfOpen();
                }

                @Override
                public void onUpstreamFinish() {
                    digest.complete(HexFormat.of().formatHex(sha256.digest()));
                    completeStage();
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    digest.completeExceptionally(failure);
                    failStage(failure);
                }
            });
        }

        private void pullIfOpen() {
            if (open && !isClosed(shape.in()) && !hasBeenPulled(shape.in())) {
                pull(shape.in());
            }
        }

        @Override
        public void open() {
            opened.invoke(Done.getInstance());
        }

        @Override
        public long count() {
            return count.get();
        }

        @Override
        public String digest(Duration atMost) {
            return digest.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
