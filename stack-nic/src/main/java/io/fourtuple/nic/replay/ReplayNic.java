package io.fourtuple.nic.replay;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.pcapng.CaptureReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A NIC at whose other end the TCP clients of a capture are, who say again what they said then.
 *
 * <p>Plug a stack into it that has the address {@link ReplayConfig#server} and listens on {@link ReplayConfig#port},
 * then {@link #start} it. Each conversation with a beginning in the capture becomes a connection to it: with the
 * recorded sequence numbers, options, segments and pauses, but with the addresses of the configuration, and with
 * acknowledgments, SACK blocks and timestamp echoes that fit what this stack sends. Nothing is lost on the way: a
 * client waits for the SYN-ACK and for room in the window, and sends again what is not acknowledged. Retransmissions of
 * what has arrived are left out.
 *
 * <p>What the recorded server sent is not compared: the application may answer anything, and gets acknowledgments.
 */
public final class ReplayNic implements Nic, FrameSink {
    /** Octets of the largest packet either way. */
    static final int MTU = 1500;

    private final ReplayConfig config;
    private final Clock clock;
    private final CaptureReader reader;
    private final Replay replay;
    private final LinkProperties link = new LinkProperties(Medium.IP, MacAddress.NONE, MTU, false, 0);
    private final NicCounters counters = new NicCounters();
    private final ByteBuffer frame = ByteBuffer.allocate(MTU);
    private final CompletableFuture<ReplayReport> done = new CompletableFuture<>();
    private final Readiness.Signal readiness = this::wakes;
    private volatile Runnable wakeUp = () -> {};
    private volatile boolean started;
    /** Whether the last {@link #receive} found nothing more. */
    private boolean isWaiting;
    private boolean closed;

    /**
     * A replay that waits for {@link #start}.
     *
     * @param config what to make of the capture
     * @param reader the capture, which this then owns
     * @param clock the clock of the stack's loop
     */
    public ReplayNic(ReplayConfig config, CaptureReader reader, Clock clock) {
        this.config = config;
        this.reader = reader;
        this.clock = clock;
        replay = new Replay(config, reader);
    }

    /** In real time, that of {@link System#nanoTime()}. */
    public ReplayNic(ReplayConfig config, CaptureReader reader) {
        this(config, reader, System::nanoTime);
    }

    /** Whether an application has everything that a client has sent. */
    @FunctionalInterface
    public interface Taken {
        /**
         * Asked on the thread of the loop.
         *
         * @param port the client's, as the stack sees it
         * @param octets how many the stack has acknowledged
         */
        boolean hasTaken(int port, long octets);
    }

    /**
     * Lets a client send a reset only when an application has what came before it, or after {@link
     * ReplayConfig#patience}: a stack may forget a connection that is reset before anybody has accepted it. Call it
     * before {@link #start}; until then resets do not wait.
     */
    public void resetWhen(Taken taken) {
        replay.resetWhen(taken);
    }

    /** Lets the clients begin: call it when there is somebody who listens. Any thread; twice is no error. */
    public void start() {
        started = true;
        wakeUp.run();
    }

    /**
     * Completed, on the thread of the loop, when all conversations have ended; with a failure when the NIC is closed
     * before.
     */
    public CompletionStage<ReplayReport> whenDone() {
        return done.minimalCompletionStage();
    }

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public LinkProperties link() {
        return link;
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    private void wakes(Runnable reading) {
        wakeUp = reading;
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        if (closed || !started) {
            return 0;
        }
        int taken = replay.poll(bytes -> {
            counters.received(bytes.length);
            into.accept(new Frame(bytes));
        }, maxFrames, clock.nanoTime());
        isWaiting = taken < maxFrames;
        if (replay.hasEnded() && !done.isDone()) {
            done.complete(replay.report());
        }
        return taken;
    }

    @Override
    public long nextReceive() {
        return started && !closed ? replay.deadline() : Deadline.NONE;
    }

    @Override
    public ByteBuffer frame() {
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (offload.checksum || offload.segmentSize > 0) {
            throw new IllegalArgumentException("a replay completes no checksums and cuts no segments");
        }
        if (closed) {
            counters.sendDropped();
            return false;
        }
        counters.sent(length);
        byte[] packet = new byte[length];
        frame.get(0, packet);
        IpResult parsed = IpHeader.version(packet, 0) == 4
                ? Ipv4Header.parse(packet, 0)
                : Ipv6Header.parse(packet, 0);
        if (parsed instanceof IpHeader header && header.protocol() == TcpCodec.PROTOCOL
                && header.destination().equals(config.client())) {
            hear(packet, header);
        }
        return true;
    }

    private void hear(byte[] packet, IpHeader header) {
        TcpSegment segment = TcpCodec.parse(packet, header.payloadOffset(), header.payloadLength(), 0, 0);
        if (segment != null) {
            int port = TcpCodec.destinationPort(packet, header.payloadOffset());
            replay.handleStack(port, segment, clock.nanoTime());
            // The reader may have to send, or to look at other deadlines.
            if (isWaiting) {
                isWaiting = false;
                wakeUp.run();
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            done.completeExceptionally(new NicException("the replay was ended before the capture was"));
            try {
                reader.close();
            } catch (IOException e) {
                throw new NicException("the capture cannot be closed (" + e.getMessage() + ")", e);
            }
        }
    }

    @Override
    public String toString() {
        return "replay to " + config.server().toString(config.port());
    }
}
