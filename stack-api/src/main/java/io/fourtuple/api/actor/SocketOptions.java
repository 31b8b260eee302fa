package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.Inet$SO$ReceiveBufferSize;
import org.apache.pekko.io.Inet$SO$SendBufferSize;
import org.apache.pekko.io.Tcp$SO$KeepAlive;
import org.apache.pekko.io.Tcp$SO$TcpNoDelay;

/** What Pekko's socket options mean for a connection. */
public final class SocketOptions {
    private SocketOptions() {}

    /** {@code base} as these options change it. Those that mean nothing here are ignored, as Pekko does. */
    public static TcpConfig applied(TcpConfig base, Iterable<Inet.SocketOption> options) {
        TcpConfig tcp = base;
        for (Inet.SocketOption option : options) {
            tcp = switch (option) {
                case Tcp$SO$TcpNoDelay noDelay -> tcp.withNoDelay(noDelay.on());
                case Tcp$SO$KeepAlive keepAlive -> tcp.withKeepAlive(switched(tcp.keepAlive(), keepAlive.on()));
                case Inet$SO$ReceiveBufferSize size ->
                        tcp.withReceiveBuffer(fixed(tcp.receiveBuffer(), size.size()));
                case Inet$SO$SendBufferSize size -> tcp.withSendBuffer(fixed(tcp.sendBuffer(), size.size()));
                default -> tcp;
            };
        }
        return tcp;
    }

    private static KeepAlive switched(KeepAlive configured, boolean on) {
        return new KeepAlive(on, configured.idle(), configured.interval(), configured.probes());
    }

    /** As {@code SO_RCVBUF} does it: within the limits, and no auto-tuning from then on. */
    private static BufferLimits fixed(BufferLimits limits, int size) {
        int fixed = Math.clamp(size, limits.min(), limits.max());
        return new BufferLimits(limits.min(), fixed, fixed); // no more is guaranteed than without the option
    }
}
