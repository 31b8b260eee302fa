package io.fourtuple.samples;

import io.fourtuple.api.config.NicChoice;
import java.time.Duration;
import java.util.Optional;

/**
 * What the proxy sample is asked to do.
 *
 * @param network where it listens
 * @param port it listens on
 * @param to where it connects to
 * @param farNic a device for a second stack, through which it connects; empty for the stack it listens on
 * @param idleTimeout how long no octet may pass in either direction
 * @param connections how many it carries at the same time for each address, the others waiting to be accepted
 */
record ProxyOptions(
        NetworkOptions network,
        int port,
        FarSide to,
        Optional<NicOptions> farNic,
        Duration idleTimeout,
        int connections) {

    ProxyOptions {
        NetworkOptions.checkPort(port);
        if (connections < 1) {
            throw new SampleException("--connections must be at least 1, not " + connections);
        }
        if (farNic.isPresent() && !to.onStack()) {
            throw new SampleException("--far-nic is for a far side on a stack: write --to stack:" + to
                    + ", or leave --far-nic out");
        }
        if (farNic.isPresent() && (farNic.get().isMemory() || farNic.get().nic().equals(network.nic().nic()))) {
            throw new SampleException(
                    "--far-nic is for a device of its own: leave it out to connect through --nic");
        }
        if (to.onStack() && farNic.isEmpty() && network.nic().nic() instanceof NicChoice.Memory) {
            throw new SampleException("nobody else is on the memory wire: connect through the kernel with --to "
                    + to.host() + ":" + to.port() + ", or choose a TAP device with --nic tap:ft0");
        }
    }

    /** What is published when nothing is asked for. */
    static Publish published(int port) {
        NetworkOptions.checkPort(port);
        return Publish.parse("127.0.0.1:7080:" + port);
    }
}
