package io.fourtuple.api.javadsl;

import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import java.net.InetSocketAddress;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.SubscriptionWithCancelException;
import org.apache.pekko.stream.scaladsl.TcpAttributes;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogicWithLogging;
import org.apache.pekko.util.ByteString;
import scala.Tuple2;
import scala.runtime.BoxedUnit;

/**
 * The data path between a stream and one connection actor.
 *
 * <pre>
 *               push                        Write ▶ ◀ Written
 *   bytesIn ──────────▶ [ pending ] ──────────────────────────▶ connection
 *           ◀── pull while pending &lt; write-buffer-size
 *
 *               push                        ◀ Received
 *   bytesOut ◀──────────────────────────────────────────────── connection
 *           pull ──────────────────────────── ResumeReading ▶
 * </pre>
 *
 * Reading is not buffered here at all: demand is credit, and without credit the peer's data stay in the receive buffer,
 * whose window closes. Of what is written at most one {@code Write} is outstanding, and while it is, at most {@code
 * pekko.stream.materializer.io.tcp.write-buffer-size} octets and one element are gathered for the next.
 *
 * <p>How each direction ends is Pekko's: see {@link Tcp} for what {@code halfClose} means.
 */
abstract class ConnectionLogic extends GraphStageLogicWithLogging {
    /** The bound on {@link #pending} where the attribute does not say otherwise. */
    private static final String WRITE_BUFFER_SIZE = "pekko.stream.materializer.io.tcp.write-buffer-size";

    private final FlowShape<ByteString, ByteString> shape;
    private final InetSocketAddress remote;
    private final boolean halfClose;

    /** Null until the connection is there: an outgoing one has to be established first. */
    private org.apache.pekko.actor.typed.ActorRef<ConnectionCommand> connection;
    /** The connection was told to end, or has ended: only its last event is still of interest. */
    private boolean ending;
    /** What the stage fails with when the last event has come; null to complete then. */
    private Throwable abortedBy;
    private int writeBufferBytes;
    /** Taken from upstream and not yet part of a {@code Write}. */
    private ByteString pending = ByteString.emptyByteString();
    private boolean writeOutstanding;
    /** Our direction is to end when all writes are done. */
    private boolean closeWhenWritten;

    ConnectionLogic(FlowShape<ByteString, ByteString> shape, InetSocketAddress remote, boolean halfClose) {
        super(shape);
        this.shape = shape;
        this.remote = remote;
        this.halfClose = halfClose;
        setHandler(shape.in(), new BytesIn());
        setHandler(shape.out(), eagerTerminateOutput());
    }

    /** Asks for the connection, or says {@link #connected} when it is there. The stage actor exists already. */
    abstract void open();

    /** How many octets may be gathered for the next write where no attribute says it. */
    abstract int defaultWriteBuffer();

    /** What the configuration says. It takes microseconds to find, so one listening socket asks once for all. */
    static int configuredWriteBuffer(Materializer materializer) {
        return materializer.system().settings().config().getBytes(WRITE_BUFFER_SIZE).intValue();
    }

    /** A message while there is no connection yet. */
    abstract void whileOpening(Object message);

    /** The stage fails before or after the connection was there; told once at most, before the stage stops. */
    abstract void failed(Throwable cause);

    @Override
    public final void preStart() {
        setKeepGoing(true);
        writeBufferBytes = attributes()
                .getAttribute(TcpAttributes.TcpWriteBufferSize.class)
                .map(TcpAttributes.TcpWriteBufferSize::size)
                .orElseGet(this::defaultWriteBuffer);
        getStageActor(this::receive);
        open();
    }

    @Override
    public final void postStop() {
        if (connection != null && !ending) {
            connection.tell(ConnectionCommand.Abort.INSTANCE);
        }
        failed(new StreamTcpException("Connection failed."));
    }

    /**
     * The connection is there.
     *
     * @param established the connection
     * @param pulled whether a pull has been delivered already, to the handler of the time before: its credit is owed
     */
    final void connected(org.apache.pekko.actor.typed.ActorRef<ConnectionCommand> established, boolean pulled) {
        connection = established;
        stageActor().watch(Adapter.toClassic(established));
        connection.tell(new ConnectionCommand.Register(Adapter.toTyped(stageActor().ref())));
        setHandler(shape.out(), new BytesOut());
        if (pulled) {
            connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
        }
        if (isClosed(shape.in())) {
            upstreamIsDone();
        } else {
            pull(shape.in());
        }
    }

    final void fail(Throwable cause) {
        failed(cause);
        failStage(cause);
    }

    private BoxedUnit receive(Tuple2<ActorRef, Object> envelope) {
        Object message = envelope._2();
        if (connection == null) {
            whileOpening(message);
        } else if (message instanceof ConnectionEvent event) {
            connectionTold(event);
        } else if (message instanceof Terminated) {
            broken(new StreamTcpException("The connection actor has terminated. Stopping now."));
        } else {
            log().warning("unexpected message for a connected stage: {}", message.getClass());
        }
        return BoxedUnit.UNIT;
    }

    private void connectionTold(ConnectionEvent event) {
        switch (event) {
            case ConnectionEvent.Received(ByteString data) -> {
                if (ending) {
                    return;
                }
                if (isClosed(shape.out())) {
                    // TCP has no "close for reading": what nobody wants is read and dropped, so that the peer can end.
                    connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
                } else {
                    push(shape.out(), data);
                }
            }
            case ConnectionEvent.Written _ -> {
                if (!ending) {
                    written();
                }
            }
            case ConnectionEvent.PeerClosed _ -> {
                if (!ending) {
                    complete(shape.out());
                }
            }
            case ConnectionEvent.Closed _ -> ended();
            case ConnectionEvent.Failed(Throwable cause) -> broken(cause);
        }
    }

    private void ended() {
        ending = true;
        if (abortedBy == null) {
            completeStage();
        } else {
            fail(abortedBy);
        }
    }

    private void broken(Throwable cause) {
        if (ending) {
            ended(); // whatever the last event is, it is the answer to our command
            return;
        }
        ending = true;
        if (cause instanceof StreamTcpException known) {
            fail(known);
        } else {
            StreamTcpException failure =
                    new StreamTcpException("The connection closed with error: " + cause.getMessage());
            failure.initCause(cause);
            fail(failure);
        }
    }

    private void write() {
        connection.tell(new ConnectionCommand.Write(pending));
        pending = ByteString.emptyByteString();
        writeOutstanding = true;
    }

    private void written() {
        writeOutstanding = false;
        if (!pending.isEmpty()) {
            write();
        }
        if (closeWhenWritten && !writeOutstanding) {
            closeOutput();
        }
        pullIfThereIsRoom();
    }

    private void pullIfThereIsRoom() {
        if (!closeWhenWritten
                && pending.length() < writeBufferBytes
                && !isClosed(shape.in())
                && !hasBeenPulled(shape.in())) {
            pull(shape.in());
        }
    }

    /** All that was written is in the send buffer, and no more will come. */
    private void closeOutput() {
        if (halfClose && !isClosed(shape.out())) {
            connection.tell(ConnectionCommand.CloseOutput.INSTANCE);
        } else {
            close();
        }
    }

    /** Both directions, like {@code close(2)}: what is in the send buffer is the stack's business from now on. */
    private void close() {
        end(ConnectionCommand.Close.INSTANCE);
    }

    private void abort(Throwable cause) {
        abortedBy = cause;
        end(ConnectionCommand.Abort.INSTANCE);
    }

    private void end(ConnectionCommand command) {
        connection.tell(command);
        ending = true;
        if (!isClosed(shape.in())) {
            cancel(shape.in());
        }
    }

    private void upstreamIsDone() {
        if (connection == null) {
            return; // closes as soon as it is connected
        }
        if (writeOutstanding) {
            closeWhenWritten = true;
        } else {
            closeOutput();
        }
    }

    private final class BytesIn extends AbstractInHandler {
        @Override
        public void onPush() {
            pending = pending.concat(grab(shape.in()));
            if (!writeOutstanding && !pending.isEmpty()) {
                write();
            }
            pullIfThereIsRoom();
        }

        @Override
        public void onUpstreamFinish() {
            upstreamIsDone();
        }

        @Override
        public void onUpstreamFailure(Throwable cause) {
            if (connection == null) {
                fail(cause);
            } else {
                log().debug("Aborting the connection to {} because upstream failed: {}", remote, cause);
                abort(new StreamTcpException("The connection has been aborted"));
            }
        }
    }

    private final class BytesOut extends AbstractOutHandler {
        @Override
        public void onPull() {
            if (ending) {
                return;
            }
            connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
        }

        @Override
        public void onDownstreamFinish(Throwable cause) {
            if (ending) {
                return; // the last event is on its way
            }
            if (!(cause instanceof SubscriptionWithCancelException.NonFailureCancellation)) {
                log().debug("Aborting the connection to {} because downstream failed: {}", remote, cause);
                abort(cause);
            } else if (halfClose && !isClosed(shape.in())) {
                // The peer may still end its direction in order: read on for that, without credit from downstream.
                connection.tell(ConnectionCommand.ResumeReading.INSTANCE);
            } else if (writeOutstanding) {
                closeWhenWritten = true;
            } else {
                close();
            }
        }
    }
}
