package io.fourtuple.packetdrill.engine;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.packetdrill.wire.TunDevice;
import java.time.Duration;

/**
 * The Linux kernel that we run on, in network namespaces of its own, in real time. Needs root and {@code /dev/net/tun}.
 *
 * <p>The thread that starts a host leaves the network that it is in, for good.
 */
public final class KernelHosts extends Hosts {
    /** What timers of a kernel are off, and how late this process may see a packet. */
    private static final long TOLERANCE = Duration.ofMillis(20).toNanos();
    /** Its timer wheel may be an eighth late, and counts in ticks. */
    private static final double TOLERANCE_PERCENT = 20;

    private final TunDevice device = new TunDevice();

    /** For the calling thread, which gets priority. */
    public KernelHosts() {
        device.hurry();
    }

    @Override
    ScriptSettings adapted(ScriptSettings settings) {
        boolean v6 = settings.v6();
        return new ScriptSettings(v6, IpAddress.parse(v6 ? "fd77::1" : "10.77.0.1"),
                IpAddress.parse(v6 ? "fd77::2" : "10.77.0.2"), settings.bindPort(), settings.connectPort(),
                settings.mtu(), settings.mergedSegment(), Math.max(TOLERANCE, settings.toleranceNanos()),
                Math.max(TOLERANCE_PERCENT, settings.tolerancePercent()),
                settings.timestampTickNanos(), settings.scaledEcho(), settings.strictSegments());
    }

    @Override
    Host host(HostProfile profile, ScriptSettings settings) {
        return new KernelHost(device, settings);
    }

    @Override
    public void close() {
        device.close();
    }
}
