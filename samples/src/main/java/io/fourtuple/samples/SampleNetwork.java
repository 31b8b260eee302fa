package io.fourtuple.samples;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.fourtuple.api.ConfiguredNic;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.ControlDirectory;
import io.fourtuple.api.observe.ControlServer;
import io.fourtuple.api.observe.NstatFormat;
import io.fourtuple.api.observe.SsFormat;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.tap.TapNic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.ConfigurationException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a serving sample runs on: a stack that is plugged into a device, or into a wire in memory whose other end is a
 * second stack with a {@link Gateway} to this machine's kernel; an actor system, and a control socket.
 */
final class SampleNetwork implements AutoCloseable {
    /** Name of the stack that serves. */
    static final String SERVER = "server";
    /** Name of the stack at the near end of the memory wire. */
    static final String GATEWAY = "gateway";
    /** Name of the stack that the far side of a proxy is reached through, where it is not the serving one. */
    static final String FAR = "far";

    /** Connections that may wait to be accepted: as many as Linux allows. */
    static final int BACKLOG = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(SampleNetwork.class);
    /** How long the peers of a stack may take to end in order, once they have got our FIN. */
    private static final Duration GRACE = Duration.ofMillis(700);
    /** Ending takes two seconds at most; the rest is for the JVM. */
    private static final Duration END = Duration.ofMillis(1600);
    /** Frames on their way on the memory wire: more than a full receive window, so that it need not lose any. */
    private static final int WIRE_FRAMES = 8192;

    private final NetworkOptions options;
    private final ActorSystem<Void> system;
    private final StackConfig settings;
    private final Map<String, Stack> stacks = new LinkedHashMap<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private volatile ControlServer control;
    private volatile boolean closing;

    private SampleNetwork(NetworkOptions options, ActorSystem<Void> system, StackConfig settings) {
        this.options = options;
        this.system = system;
        this.settings = settings;
    }

    /**
     * Starts the stacks and opens what is published.
     *
     * @throws SampleException with one sentence, when that cannot be done; nothing is left behind then
     * @throws io.fourtuple.api.config.ConfigurationException when the configuration cannot be used
     */
    static SampleNetwork start(NetworkOptions options) {
        Config config = configuration(options.config());
        StackConfig settings = StackConfig.from(config)
                .withStreams(new StackConfig.Streams(true))
                .withTerminateTimeout(GRACE);
        SampleNetwork network = new SampleNetwork(options, system(config), settings);
        return network.orNothing(() -> {
            network.startStacks();
            return network;
        });
    }

    /**
     * Starts what serves here, and opens the control socket.
     *
     * @throws SampleException with one sentence, when that cannot be done; nothing is left behind then
     */
    <S extends ServingSample> S serving(Supplier<S> serve) {
        return orNothing(() -> {
            S sample = serve.get();
            control = control(stacks);
            return sample;
        });
    }

    private <T> T orNothing(Supplier<T> step) {
        try {
            return step.get();
        } catch (RuntimeException e) {
            close();
            throw e instanceof NicException ? new SampleException(e.getMessage(), e) : sentence(e);
        }
    }

    /** What runs a sample. */
    static ActorSystem<Void> system(Config config) {
        try {
            return ActorSystem.create(Behaviors.empty(), "samples", config);
        } catch (RuntimeException e) {
            throw sentence(e);
        }
    }

    /** What Pekko and its extensions say of a value that they cannot use, at the bottom of a chain of causes. */
    private static RuntimeException sentence(RuntimeException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        boolean ofConfiguration = e instanceof ConfigurationException
                || root instanceof ConfigException
                || root instanceof IllegalArgumentException;
        return ofConfiguration && !(e instanceof SampleException)
                ? new SampleException("the configuration cannot be used (" + firstLine(root) + "): correct that key", e)
                : e;
    }

    /** The configuration on the class path, after that of a file if there is one. */
    static Config configuration(Optional<Path> file) {
        return file.map(SampleNetwork::load).orElseGet(ConfigFactory::load);
    }

    private static Config load(Path file) {
        if (!Files.isReadable(file)) {
            throw new SampleException("cannot read the configuration " + file + ": name a file that is there");
        }
        try {
            Config user = ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
            return ConfigFactory.load(user.withFallback(ConfigFactory.parseResources("application.conf")));
        } catch (ConfigException e) {
            throw new SampleException("cannot read the configuration " + file + " (" + firstLine(e) + ")", e);
        }
    }

    private void startStacks() {
        NicOptions nic = options.nic();
        if (!nic.isMemory()) {
            startOnDevice(config(SERVER, nic.addresses()), nic);
            return;
        }
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(WIRE_FRAMES));
        start(config(SERVER, nic.addresses()), captured(wire.right()));
        StackConfig near = config(GATEWAY, nic.otherEnd()).withLoopDispatcher("gateway-loop");
        Tcp tcp = Tcp.of(start(near, wire.left()));
        for (Publish publish : options.publish()) {
            InetSocketAddress target = new InetSocketAddress(
                    nic.addresses().getFirst().address().toInetAddress(), publish.stackPort());
            gateways.add(Gateway.open(system, publish, tcp, target));
        }
    }

    /** One more stack, on a device of its own and with an event loop of its own. */
    Stack startFar(NicOptions nic) {
        return startOnDevice(config(FAR, nic.addresses()).withLoopDispatcher("far-loop"), nic);
    }

    private StackConfig config(String name, List<InterfaceAddress> addresses) {
        return settings.withName(name).withIp(settings.ip().withAddresses(addresses));
    }

    private Stack startOnDevice(StackConfig config, NicOptions options) {
        Nic nic = ConfiguredNic.open(config.withNic(options.nic()));
        Stack stack = start(config, config.name().equals(SERVER) ? captured(nic) : nic);
        if (nic instanceof TapNic tap) {
            configureHost(options, tap);
        } else {
            notes.add("programs reach it from the other end of " + options.inWords());
        }
        return stack;
    }

    private Stack start(StackConfig config, Nic nic) {
        try {
            Stack stack = Stack.start(system, config, nic);
            stacks.put(config.name(), stack);
            return stack;
        } catch (IllegalArgumentException e) {
            throw new SampleException("the stack cannot be started: " + firstLine(e), e);
        }
    }

    private Nic captured(Nic nic) {
        if (options.pcap().isEmpty()) {
            return nic;
        }
        Path file = options.pcap().get();
        try {
            return new CapturingNic(nic, PcapngWriter.create(file, PcapngWriter.UNLIMITED));
        } catch (IOException e) {
            nic.close();
            throw new SampleException("cannot write the capture " + file + " (" + reason(e)
                    + "): choose another file with --pcap", e);
        }
    }

    private void configureHost(NicOptions nic, TapNic tap) {
        if (nic.hostAddresses().isEmpty()) {
            notes.add("to reach it, give the kernel's side of " + tap.name() + " an address:");
            for (InterfaceAddress address : nic.otherEnd()) {
                tap.hostCommands(address.toString()).forEach(command -> notes.add("  " + command));
            }
        }
        for (InterfaceAddress address : nic.hostAddresses()) {
            tap.configureHost(address.toString());
        }
    }

    /**
     * Listens on a port of all addresses of the serving stack.
     *
     * @param bind listens on one of them
     * @throws SampleException when that does not succeed
     */
    void listen(int port, BiFunction<Tcp, String, CompletionStage<Tcp.ServerBinding>> bind) {
        for (InterfaceAddress address : options.nic().addresses()) {
            join("listen on " + address.address().toString(port), bind.apply(tcp(), address.address().toString()));
        }
    }

    /** The Streams API of the stack that serves. */
    Tcp tcp() {
        return Tcp.of(stacks.get(SERVER));
    }

    /** What runs everything here. */
    ActorSystem<Void> system() {
        return system;
    }

    /** Opens a control socket that tells of these stacks, by their names. */
    static ControlServer control(Map<String, Stack> stacks) {
        Map<String, Supplier<CompletionStage<String>>> commands = new LinkedHashMap<>();
        stacks.forEach((name, stack) -> {
            commands.put("ss " + name, answer(stack, now -> SsFormat.format(now.sockets())));
            commands.put("nstat " + name, answer(stack, now -> NstatFormat.format(now.counters(), false)));
            commands.put("nstat-zeros " + name, answer(stack, now -> NstatFormat.format(now.counters(), true)));
        });
        return ControlServer.open(ControlDirectory.ofUser(), commands);
    }

    private static Supplier<CompletionStage<String>> answer(Stack stack, Function<StackSnapshot, String> format) {
        return () -> stack.snapshot().thenApply(format);
    }

    /** What there is to know besides {@link ServingSample#readyLine}. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** Where a program finds a port of the serving stack, in words. */
    String reachableAt(int port) {
        String inside = options.nic().addresses().stream()
                .map(address -> address.address().toString(port))
                .collect(Collectors.joining(" and "));
        if (!options.nic().isMemory()) {
            return inside + " (" + options.nic().inWords() + ")";
        }
        return gatewayAddresses().stream().map(SampleNetwork::text).collect(Collectors.joining(" and "))
                + " (stack " + inside + ", " + options.nic().inWords() + ")";
    }

    /** Where the gateways listen in the kernel. */
    List<InetSocketAddress> gatewayAddresses() {
        return gateways.stream().map(Gateway::address).toList();
    }

    /** The control socket. */
    Path controlSocket() {
        return control.socket();
    }

    /**
     * Blocks until {@link #close}.
     *
     * @throws SampleException when the stack has ended for another reason
     */
    void awaitEnd() {
        String reason = stacks.get(SERVER).whenTerminated()
                .handle((_, failure) -> failure == null ? "see above" : firstLine(failure))
                .toCompletableFuture()
                .join();
        if (!closing) {
            throw new SampleException("the stack has ended (" + reason + "): start it again");
        }
    }

    /**
     * Ends it: nobody is let in any more, peers see FIN, the capture is complete, and neither the TAP nor the control
     * socket is left. Takes less than two seconds. May be called again.
     */
    @Override
    public void close() {
        closing = true;
        CompletableFuture<?>[] ending = Stream.concat(
                gateways.stream().map(Gateway::close), Stream.of(endStacks()))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ending).get(END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("could not end in order", e);
        }
        if (control != null) {
            control.close();
        }
        system.terminate();
    }

    /** The one that serves first: its FINs travel through the other one, and the gateway, to the programs outside. */
    private CompletionStage<Done> endStacks() {
        CompletionStage<Done> ended = CompletableFuture.completedFuture(Done.getInstance());
        for (Stack stack : stacks.values()) {
            // Why a stack has failed was said when it did, and the next one has to end all the same.
            ended = ended.thenCompose(_ -> stack.terminate()).exceptionally(_ -> Done.getInstance());
        }
        return ended;
    }

    private static <T> T join(String what, CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new SampleException("cannot " + what + " (" + firstLine(e.getCause()) + ")", e);
        }
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such directory";
            case AccessDeniedException _ -> "permission denied";
            default -> firstLine(failure);
        };
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private static String text(InetSocketAddress address) {
        return IpAddress.of(address.getAddress()).toString(address.getPort());
    }
}
