package io.fourtuple.api;

import com.typesafe.config.Config;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.core.tcp.TcpConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How a stack is set up. Immutable. The same can be said in HOCON: a component's name in lower case with hyphens is its
 * key below {@code fourtuple.stack}, and {@code reference.conf} holds {@link #defaults()} with a comment on each.
 *
 * <p>Start from {@link #defaults()} and change what differs with the {@code with…} methods, or read a configuration
 * with {@link #from(Config)}.
 *
 * @param name what the stack is called in actor paths, logs and snapshots: letters, digits, {@code -} and {@code _}
 * @param nic the network interface of a system's configured stack; not used when a stack is given its NIC in code
 * @param nicSettings how it is set up, likewise
 * @param furtherNics the network interfaces beside that one, likewise, 0 to {@value #MAX_FURTHER_NICS}; the addresses
 *     of each are at its place in {@link IpConfig#furtherAddresses}
 * @param ip addresses, routes and the bounds of IP, ARP, NDP and ICMP
 * @param tcp what a connection does where TCP leaves a choice
 * @param listen the queues of listening sockets
 * @param ports ephemeral ports
 * @param limits how much of everything one stack may hold
 * @param streams the Streams API
 * @param loopDispatcher id of the dispatcher that runs the stack's actors: one event loop. The NIC's readiness is
 *     watched by that loop, so it has to be of the type that {@code fourtuple.loop-dispatcher} shows
 * @param shards event loops that the connections are spread over by their 4-tuples, 1 to {@value #MAX_SHARDS}. Each
 *     further one has a dispatcher of its own, like {@code loopDispatcher}, and a queue of the NIC, where that has
 *     several ({@link io.fourtuple.nic.Nic#queues}); else the first one reads and writes the NIC for all
 * @param supervision how often what everybody depends on may fail
 * @param flightRecorder what is remembered of the last packets, for a connection that fails
 * @param terminateTimeout how long a stack that is stopped waits for its connections to end in order before it resets
 *     what is left
 */
public record StackConfig(
        String name,
        NicChoice nic,
        NicSettings nicSettings,
        List<FurtherNic> furtherNics,
        IpConfig ip,
        TcpConfig tcp,
        Listen listen,
        Ports ports,
        Limits limits,
        Streams streams,
        String loopDispatcher,
        int shards,
        Supervision supervision,
        FlightRecorder flightRecorder,
        Duration terminateTimeout) {

    /** The most event loops of one stack. */
    public static final int MAX_SHARDS = 64;

    /** The most network interfaces of one stack beside the first. */
    public static final int MAX_FURTHER_NICS = 63;

    /** Where the configured stack of an actor system is described. */
    public static final String PATH = "fourtuple.stack";

    public StackConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(nic, "nic");
        Objects.requireNonNull(nicSettings, "nicSettings");
        furtherNics = List.copyOf(furtherNics);
        Objects.requireNonNull(ip, "ip");
        Objects.requireNonNull(tcp, "tcp");
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(ports, "ports");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(streams, "streams");
        Objects.requireNonNull(loopDispatcher, "loopDispatcher");
        Objects.requireNonNull(supervision, "supervision");
        Objects.requireNonNull(flightRecorder, "flightRecorder");
        Objects.requireNonNull(terminateTimeout, "terminateTimeout");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]*")) {
            throw new IllegalArgumentException("a stack's name is letters, digits, - and _, not \"" + name + "\"");
        }
        if (furtherNics.size() > MAX_FURTHER_NICS) {
            throw new IllegalArgumentException("a stack has at most " + (MAX_FURTHER_NICS + 1)
                    + " network interfaces, not " + (furtherNics.size() + 1));
        }
        if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException("shards must be 1 to " + MAX_SHARDS + ", not " + shards);
        }
        if (terminateTimeout.isNegative()) {
            throw new IllegalArgumentException("terminateTimeout must not be negative");
        }
    }

    /**
     * A network interface beside the first one.
     *
     * @param nic which one
     * @param settings how it is set up
     */
    public record FurtherNic(NicChoice nic, NicSettings settings) {
        public FurtherNic {
            Objects.requireNonNull(nic, "nic");
            Objects.requireNonNull(settings, "settings");
        }
    }

    /**
     * The queues of a listening socket: how long they are, and what happens when they are full.
     *
     * @param profile which rules
     * @param syncookies when a SYN is answered without being remembered ({@code net.ipv4.tcp_syncookies})
     * @param somaxconn no backlog is larger than this ({@code net.core.somaxconn}), at least 1
     * @param synQueueRatio bound of the SYN queue as a multiple of the backlog, rounded down, above 0; not for {@link
     *     Profile#LINUX}
     * @param maxSynBacklog bound of the SYN queue for {@link Profile#LINUX} ({@code net.ipv4.tcp_max_syn_backlog}), at
     *     least 1
     */
    public record Listen(
            Profile profile, SynCookies syncookies, int somaxconn, double synQueueRatio, int maxSynBacklog) {

        /** What happens when a queue is full. */
        public enum Profile {
            /**
             * The SYN queue is bounded by the ratio, the accept queue by the backlog. A full accept queue lets SYNs in
             * still; a final ACK that finds it full is ignored, so that its connection gets in when there is room.
             */
            SEED,
            /**
             * As the Linux kernel does it: the SYN queue is bounded by {@link #maxSynBacklog}, the accept queue holds
             * one more than the backlog, and while it is full SYNs are dropped, whatever the cookies say.
             */
            LINUX,
            /** As {@link #SEED}, but a final ACK that finds the accept queue full is answered with a reset. */
            RST
        }

        /** When a SYN is answered with a cookie (RFC 4987 §3.6) instead of being remembered. */
        public enum SynCookies {
            /** Never: a SYN that finds the SYN queue full is dropped. */
            OFF,
            /** When the SYN queue is full. */
            ON_OVERFLOW,
            /** Always: the SYN queue stays empty. */
            ALWAYS
        }

        public Listen {
            Objects.requireNonNull(profile, "profile");
            Objects.requireNonNull(syncookies, "syncookies");
            if (somaxconn < 1) {
                throw new IllegalArgumentException("somaxconn must be at least 1, not " + somaxconn);
            }
            if (!(synQueueRatio > 0)) {
                throw new IllegalArgumentException("synQueueRatio must be above 0, not " + synQueueRatio);
            }
            if (maxSynBacklog < 1) {
                throw new IllegalArgumentException("maxSynBacklog must be at least 1, not " + maxSynBacklog);
            }
        }

        /** The backlog that is granted to an application that asked for this one: at least 1, at most somaxconn. */
        public int backlog(int asked) {
            return Math.clamp(asked, 1, somaxconn);
        }

        /** Bound of the accept queue for a backlog that an application asked for. */
        public int acceptBound(int askedBacklog) {
            return switch (profile) {
                case SEED, RST -> backlog(askedBacklog);
                case LINUX -> backlog(askedBacklog) + 1;
            };
        }

        /** Bound of the SYN queue for a backlog that an application asked for, at least 1. */
        public int synBound(int askedBacklog) {
            return switch (profile) {
                case SEED, RST -> Math.clamp((long) (synQueueRatio * backlog(askedBacklog)), 1, Integer.MAX_VALUE);
                case LINUX -> maxSynBacklog;
            };
        }

        /** The same with other rules. */
        public Listen withProfile(Profile rules) {
            return new Listen(rules, syncookies, somaxconn, synQueueRatio, maxSynBacklog);
        }

        /** The same with cookies at other times. */
        public Listen withSyncookies(SynCookies when) {
            return new Listen(profile, when, somaxconn, synQueueRatio, maxSynBacklog);
        }
    }

    /**
     * The ports that a connection takes when the application names none (RFC 6056).
     *
     * @param first smallest, 1–65535
     * @param last largest, {@code first}–65535
     */
    public record Ports(int first, int last) {
        public Ports {
            if (first < 1 || last < first || last > 65535) {
                throw new IllegalArgumentException("need 1 <= first <= last <= 65535, not " + first + ", " + last);
            }
        }
    }

    /**
     * How much of everything one stack may hold; each at least 1.
     *
     * @param connections connections that have an actor; above it a final ACK is ignored and an open fails
     * @param listeners listening sockets; above it a bind fails
     * @param timeWait TIME-WAIT records ({@code tcp_max_tw_buckets}); above it a connection ends without one
     * @param orphans connections whose user is done with them and whose TCP is not ({@code tcp_max_orphans}); above it
     *     the newest is reset
     * @param memory what the receive and send buffers of all connections may pin together ({@code tcp_mem}); each
     *     connection is guaranteed the {@code min} of its receive and its send buffer, or one segment when that is
     *     more, beyond it
     * @param sendTurn octets that one connection sends before the others have their turn
     * @param shardQueue segments and frames on their way from one shard to another, and packets that the first one is
     *     to send for others, when there is more than one shard; one more is lost
     * @param descriptors file descriptors of one {@link io.fourtuple.api.socket.SocketLayer}; at least 4
     * @param errorQueue what one socket may have to tell of what it has written ({@code MSG_ZEROCOPY},
     *     {@code SO_TIMESTAMPING}); above it a write fails with ENOBUFS, or has no time stamps
     * @param fastOpenPeers servers whose cookie of Fast Open is remembered; the one not used for longest makes room
     * @param perSource what a single peer may hold
     */
    public record Limits(
            int connections, int listeners, int timeWait, int orphans, MemoryBudget.Limits memory, int sendTurn,
            int shardQueue, int descriptors, int errorQueue, int fastOpenPeers, PerSource perSource) {
        /**
         * What a single peer may hold of the connections that peers open. An IPv6 peer is a whole prefix.
         *
         * @param halfOpen half-open connections; above it a SYN is dropped; 0 for no limit
         * @param established established connections; above it a final ACK is answered with a reset; 0 for no limit
         * @param prefixLength how many leading bits of an IPv6 address make a peer, 1 to 128
         */
        public record PerSource(int halfOpen, int established, int prefixLength) {
            /** No limits. */
            public static final PerSource OFF = new PerSource(0, 0, 64);

            public PerSource {
                if (halfOpen < 0 || established < 0) {
                    throw new IllegalArgumentException(
                            "limits per source must not be negative: " + halfOpen + ", " + established);
                }
                if (prefixLength < 1 || prefixLength > 128) {
                    throw new IllegalArgumentException("prefixLength must be 1 to 128, not " + prefixLength);
                }
            }
        }

        public Limits {
            Objects.requireNonNull(memory, "memory");
            Objects.requireNonNull(perSource, "perSource");
            if (connections < 1 || listeners < 1 || timeWait < 1 || orphans < 1 || sendTurn < 1
                    || shardQueue < 1 || descriptors < 4 || errorQueue < 1 || fastOpenPeers < 1) {
                throw new IllegalArgumentException("limits must be at least 1, not " + connections + ", " + listeners
                        + ", " + timeWait + ", " + orphans + ", " + sendTurn + ", " + shardQueue + ", "
                        + descriptors + ", " + errorQueue + ", " + fastOpenPeers);
            }
        }

        /** The same with another limit of connections. */
        public Limits withConnections(int max) {
            return new Limits(max, listeners, timeWait, orphans, memory, sendTurn, shardQueue, descriptors,
                    errorQueue, fastOpenPeers, perSource);
        }

        /** The same with another limit of orphans. */
        public Limits withOrphans(int max) {
            return new Limits(connections, listeners, timeWait, max, memory, sendTurn, shardQueue, descriptors,
                    errorQueue, fastOpenPeers, perSource);
        }

        /** The same with other levels of memory. */
        public Limits withMemory(MemoryBudget.Limits levels) {
            return new Limits(connections, listeners, timeWait, orphans, levels, sendTurn, shardQueue, descriptors,
                    errorQueue, fastOpenPeers, perSource);
        }

        /** The same with another limit of descriptors. */
        public Limits withDescriptors(int max) {
            return new Limits(connections, listeners, timeWait, orphans, memory, sendTurn, shardQueue, max,
                    errorQueue, fastOpenPeers, perSource);
        }

        /** The same with another limit of error queues. */
        public Limits withErrorQueue(int max) {
            return new Limits(connections, listeners, timeWait, orphans, memory, sendTurn, shardQueue, descriptors,
                    max, fastOpenPeers, perSource);
        }

        /** The same with other limits for a single peer. */
        public Limits withPerSource(PerSource peer) {
            return new Limits(connections, listeners, timeWait, orphans, memory, sendTurn, shardQueue, descriptors,
                    errorQueue, fastOpenPeers, peer);
        }
    }

    /**
     * The Streams API.
     *
     * @param onLoop whether the graphs that {@code handleWith} runs use the stack's own event
     *     loop, which saves two thread hops per chunk; such a graph must never block
     */
    public record Streams(boolean onLoop) {}

    /**
     * How often the stack actor, the reader of its NIC, or an actor of a listening socket may fail. Below the limit it
     * starts again and connections live on; above it the stack ends, or the listening socket is closed.
     *
     * @param restarts how many restarts are allowed, at least 0
     * @param within for the reader: without as long a time in between; for the others: in this time. At least a
     *     millisecond
     */
    public record Supervision(int restarts, Duration within) {
        public Supervision {
            Objects.requireNonNull(within, "within");
            if (restarts < 0 || within.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "need restarts of at least 0 within at least 1 ms, not " + restarts + " within " + within);
            }
        }
    }

    /**
     * What is remembered of the last packets of the NIC, both ways: when a connection fails, its own are written to a
     * pcapng file that the log names. Takes {@code packets} times {@code snapLength} octets of memory for each queue
     * of the NIC.
     *
     * @param packets how many packets of each queue, 0 (nothing is remembered) to 1,000,000
     * @param snapLength how many octets of each, from the link-layer header on, 96 to 65,535
     * @param directory where the files go; empty for {@code fourtuple-USER} in the JVM's temporary directory, which has
     *     to be the user's alone
     * @param files how many files are kept there, at least 1; the oldest make room
     */
    public record FlightRecorder(int packets, int snapLength, String directory, int files) {
        public FlightRecorder {
            Objects.requireNonNull(directory, "directory");
            if (packets < 0 || packets > 1_000_000 || snapLength < 96 || snapLength > 65_535 || files < 1
                    || (long) packets * snapLength > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("need 0 to 1000000 packets of 96 to 65535 octets, together less than"
                        + " 2 GiB, and at least 1 file, not " + packets + ", " + snapLength + ", " + files);
            }
        }
    }

    /** What {@code reference.conf} says. The stack has no address but loop-back. */
    public static StackConfig defaults() {
        return new StackConfig(
                "stack",
                new NicChoice.Memory(),
                NicSettings.defaults(),
                List.of(),
                IpConfig.defaults(),
                TcpConfig.defaults(),
                new Listen(Listen.Profile.SEED, Listen.SynCookies.ON_OVERFLOW, 4096, 1.5, 1024),
                new Ports(32768, 60999),
                new Limits(1_000_000, 10_000, 262_144, 8192,
                        new MemoryBudget.Limits(128L << 20, 192L << 20, 256L << 20), 256 * 1024, 16_384,
                        65_536, 256, 4096, Limits.PerSource.OFF),
                new Streams(false),
                "fourtuple.loop-dispatcher",
                1,
                new Supervision(20, Duration.ofSeconds(10)),
                new FlightRecorder(1024, 256, "", 16),
                Duration.ofSeconds(1));
    }

    /**
     * The configured stack of an actor system: what {@code fourtuple.stack} says.
     *
     * @param config the whole configuration, as {@code system.settings().config()} gives it
     * @throws io.fourtuple.api.config.ConfigurationException with one sentence, for a key that does not exist and a
     *     value that makes no sense
     */
    public static StackConfig from(Config config) {
        return from(config, PATH);
    }

    /**
     * A further stack: what the section at {@code path} says; keys that are missing there have their default.
     *
     * @param config the whole configuration
     * @param path a section with the keys of {@code fourtuple.stack}
     * @throws io.fourtuple.api.config.ConfigurationException as for {@link #from(Config)}
     */
    public static StackConfig from(Config config, String path) {
        return StackConfigReader.read(config, path);
    }

    /** The same under another name. */
    public StackConfig withName(String newName) {
        return new StackConfig(newName, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same on another network interface. */
    public StackConfig withNic(NicChoice choice) {
        return new StackConfig(name, choice, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same on a network interface that is set up in another way. */
    public StackConfig withNicSettings(NicSettings settings) {
        return new StackConfig(name, nic, settings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with further network interfaces, whose addresses {@link #ip} has. */
    public StackConfig withFurtherNics(List<FurtherNic> others) {
        return new StackConfig(name, nic, nicSettings, others, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with other addresses, routes and bounds. */
    public StackConfig withIp(IpConfig host) {
        return new StackConfig(name, nic, nicSettings, furtherNics, host, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /**
     * The same with these addresses, each with the length of its link's prefix, such as {@code 10.77.0.2/24}.
     *
     * @throws IllegalArgumentException when one is not an address, with a sentence that says so
     */
    public StackConfig withAddresses(String... addresses) {
        return withIp(ip.withAddresses(Arrays.stream(addresses).map(InterfaceAddress::parse).toList()));
    }

    /** The same with other choices for connections. */
    public StackConfig withTcp(TcpConfig config) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, config, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with other queues. */
    public StackConfig withListen(Listen queues) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, queues, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with other ephemeral ports. */
    public StackConfig withPorts(Ports range) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, range, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with other limits. */
    public StackConfig withLimits(Limits bounds) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, bounds, streams,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with another setting of the Streams API. */
    public StackConfig withStreams(Streams setting) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, setting,
                loopDispatcher, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same on another event loop. */
    public StackConfig withLoopDispatcher(String id) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                id, shards, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with other limits of restarts. */
    public StackConfig withSupervision(Supervision restarts) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, restarts, flightRecorder, terminateTimeout);
    }

    /** The same with another flight recorder. */
    public StackConfig withFlightRecorder(FlightRecorder recorder) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, recorder, terminateTimeout);
    }

    /** The same on so many event loops. */
    public StackConfig withShards(int loops) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, loops, supervision, flightRecorder, terminateTimeout);
    }

    /** The same with another time to end in order. */
    public StackConfig withTerminateTimeout(Duration timeout) {
        return new StackConfig(name, nic, nicSettings, furtherNics, ip, tcp, listen, ports, limits, streams,
                loopDispatcher, shards, supervision, flightRecorder, timeout);
    }
}
