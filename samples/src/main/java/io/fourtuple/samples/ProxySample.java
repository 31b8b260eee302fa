package io.fourtuple.samples;

import io.fourtuple.api.javadsl.Tcp;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** The running proxy sample: its near side is on a stack, its far side in the kernel or on a stack. */
final class ProxySample implements ServingSample {
    private final SampleNetwork network;
    private final ProxyOptions options;
    private final Proxy proxy;

    private ProxySample(SampleNetwork network, ProxyOptions options, Proxy proxy) {
        this.network = network;
        this.options = options;
        this.proxy = proxy;
    }

    /**
     * Starts it, and returns when it can be used.
     *
     * @throws SampleException with one sentence, when it cannot be started; nothing is left behind then
     * @throws io.fourtuple.api.config.ConfigurationException when the configuration cannot be used
     */
    static ProxySample start(ProxyOptions options) {
        SampleNetwork network = SampleNetwork.start(options.network());
        return network.serving(() -> {
            Proxy proxy = new Proxy(
                    network.system(), options.to().toString(), farSide(network, options), options.idleTimeout());
            network.listen(options.port(), (tcp, address) ->
                    proxy.listen(tcp, address, options.port(), options.connections()));
            return new ProxySample(network, options, proxy);
        });
    }

    /** Opens a connection to the far side with each materialisation, whose value is our end of it. */
    private static Flow<ByteString, ByteString, CompletionStage<InetSocketAddress>> farSide(
            SampleNetwork network, ProxyOptions options) {
        InetSocketAddress to = options.to().remote();
        if (!options.to().onStack()) {
            return org.apache.pekko.stream.javadsl.Tcp.get(network.system())
                    .outgoingConnection(to, Optional.empty(), List.of(), true, Optional.empty(), Optional.empty())
                    .mapMaterializedValue(opened -> opened.thenApply(connection -> connection.localAddress()));
        }
        Tcp tcp = options.farNic().map(network::startFar).map(Tcp::of).orElseGet(network::tcp);
        return tcp.outgoingConnection(to, Optional.empty(), List.of(), true, Optional.empty(), Optional.empty())
                .mapMaterializedValue(opened -> opened.thenApply(Tcp.OutgoingConnection::localAddress));
    }

    @Override
    public SampleNetwork network() {
        return network;
    }

    @Override
    public String readyLine() {
        return "proxy ready on " + network.reachableAt(options.port()) + ", to " + options.to() + "; ss: ./run ss";
    }

    @Override
    public void close() {
        proxy.stopping();
        network.close();
    }
}
