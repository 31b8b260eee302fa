package io.fourtuple.samples;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** The running echo sample: a stack that sends back what it gets. */
final class EchoSample implements ServingSample {
    private final SampleNetwork network;
    private final int port;

    private EchoSample(SampleNetwork network, int port) {
        this.network = network;
        this.port = port;
    }

    /**
     * Starts it, and returns when it can be used.
     *
     * @throws SampleException with one sentence, when it cannot be started; nothing is left behind then
     * @throws io.fourtuple.api.config.ConfigurationException when the configuration cannot be used
     */
    static EchoSample start(EchoOptions options) {
        SampleNetwork network = SampleNetwork.start(options.network());
        return network.serving(() -> {
            network.listen(options.port(), (tcp, address) -> tcp
                    .bind(address, options.port(), SampleNetwork.BACKLOG, List.of(), true, Optional.empty())
                    .to(Sink.foreach(connection ->
                            connection.handleWith(Flow.<ByteString>create(), network.system())))
                    .run(network.system()));
            return new EchoSample(network, options.port());
        });
    }

    @Override
    public SampleNetwork network() {
        return network;
    }

    @Override
    public String readyLine() {
        return "echo ready on " + network.reachableAt(port) + "; ss: ./run ss";
    }

    /** Where the gateways listen in the kernel. */
    List<InetSocketAddress> gatewayAddresses() {
        return network.gatewayAddresses();
    }

    /** The control socket. */
    Path controlSocket() {
        return network.controlSocket();
    }

    @Override
    public void close() {
        network.close();
    }
}
