package io.fourtuple.api.javadsl;

import io.fourtuple.api.protocol.Accepted;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * An accepted connection as a flow, which can be materialised once. The connection actor aborts it when nobody does so
 * in time; a materialisation later than that fails like any whose connection has broken.
 */
final class IncomingConnectionStage extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Accepted accepted;
    private final boolean halfClose;
    private final int writeBuffer;
    private final Runnable onMaterialized;
    private final AtomicBoolean materialized = new AtomicBoolean();
    private final FlowShape<ByteString, ByteString> shape =
            FlowShape.of(Inlet.create("IncomingTCP.in"), Outlet.create("IncomingTCP.out"));

    /**
     * Wraps a connection.
     *
     * @param writeBuffer octets that may be gathered for the next write where no attribute says it
     * @param onMaterialized run once at most, by the thread that materialises
     */
    IncomingConnectionStage(Accepted accepted, boolean halfClose, int writeBuffer, Runnable onMaterialized) {
        this.accepted = accepted;
        this.halfClose = halfClose;
        this.writeBuffer = writeBuffer;
        this.onMaterialized = onMaterialized;
    }

    @Override
    public Attributes initialAttributes() {
        return Attributes.name("IncomingConnection");
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        if (!materialized.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "The flow of the incoming connection from " + accepted.remote() + " was materialized before.");
        }
        onMaterialized.run();
        return new Logic();
    }

    @Override
    public String toString() {
        return "TCP-from(" + accepted.remote() + ")";
    }

    private final class Logic extends ConnectionLogic {
        private Logic() {
            super(shape, accepted.remote(), halfClose);
        }

        @Override
        void open() {
            connected(accepted.connection(), false);
        }

        @Override
        int defaultWriteBuffer() {
            return writeBuffer;
        }

        @Override
        void whileOpening(Object message) {
            throw new IllegalStateException("an accepted connection is open: " + message);
        }

        @Override
        void failed(Throwable cause) {
            // Nobody but the stream itself has to learn of it.
        }
    }
}
