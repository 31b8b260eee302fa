package io.fourtuple.api.javadsl;

import io.fourtuple.core.Clock;
import io.fourtuple.nic.loop.VirtualTime;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.StreamIdleTimeoutException;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.scaladsl.TcpIdleTimeoutException;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.DurationConverters;

/**
 * Fails a connection, in both directions, when no octet has passed in either for some time. Pekko's own stage for this
 * reads the clock of the machine and is of no use where time is virtual; here the time is the simulation's if there is
 * one. The timer is armed once for each timeout and not for each element, which only notes the time.
 */
final class IdleTimeout extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {
    private static final String TIMER = "idle";

    private final FiniteDuration timeout;
    private final InetSocketAddress remote;
    private final Inlet<ByteString> fromNetwork = Inlet.create("IdleTimeout.fromNetwork");
    private final Outlet<ByteString> toUser = Outlet.create("IdleTimeout.toUser");
    private final Inlet<ByteString> fromUser = Inlet.create("IdleTimeout.fromUser");
    private final Outlet<ByteString> toNetwork = Outlet.create("IdleTimeout.toNetwork");
    private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape =
            BidiShape.of(fromNetwork, toUser, fromUser, toNetwork);

    private IdleTimeout(FiniteDuration timeout, InetSocketAddress remote) {
        this.timeout = timeout;
        this.remote = remote;
    }

    /** To be joined to the connection's flow. */
    static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> of(
            Duration timeout, InetSocketAddress remote) {
        return BidiFlow.fromGraph(new IdleTimeout(DurationConverters.toScala(timeout), remote));
    }

    @Override
    public Attributes initialAttributes() {
        return Attributes.name("idleTimeout");
    }

    @Override
    public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private Clock clock;
        /** When an octet has passed last, or the start. */
        private long lastNanos;

        private Logic() {
            super(shape);
            passOn(fromNetwork, toUser);
            passOn(fromUser, toNetwork);
        }

        @Override
        public void preStart() {
            clock = VirtualTime.isVirtual() ? VirtualTime.current() : System::nanoTime;
            lastNanos = clock.nanoTime();
            scheduleOnce(TIMER, timeout);
        }

        private void passOn(Inlet<ByteString> in, Outlet<ByteString> out) {
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    lastNanos = clock.nanoTime();
                    push(out, grab(in));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(out);
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(in, cause);
                }
            });
        }

        @Override
        public void onTimer(Object key) {
            long leftNanos = timeout.toNanos() - (clock.nanoTime() - lastNanos);
            if (leftNanos > 0) {
                scheduleOnce(TIMER, Duration.ofNanos(leftNanos));
                return;
            }
            StreamIdleTimeoutException silence = new StreamIdleTimeoutException(
                    "No elements passed in the last " + timeout.toCoarsest() + ".");
            cancel(fromNetwork, silence); // upstreams see what Pekko's stage shows them
            cancel(fromUser, silence);
            TcpIdleTimeoutException named = new TcpIdleTimeoutException(
                    "TCP idle-timeout encountered on connection to [" + remote + "], no bytes passed in the last "
                            + timeout,
                    timeout);
            fail(toUser, named);
            fail(toNetwork, named);
        }
    }
}
