package io.fourtuple.api;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.fourtuple.api.StackConfig.Limits.PerSource;
import io.fourtuple.api.config.ConfigSection;
import io.fourtuple.api.config.CongestionControls;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.tcp.PathMtuRules;
import io.fourtuple.core.tcp.MemoryBudget;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Acknowledgment;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import io.fourtuple.core.tcp.TcpConfig.OptionOffer;
import io.fourtuple.core.tcp.TcpConfig.Recovery;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.nic.loop.LoopExecutorConfigurator;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Reads a {@link StackConfig} from HOCON: one method per record, one line per component, in the record's order. */
final class StackConfigReader {
    private static final long MILLIS = 1_000_000L;
    private static final long SECONDS = 1_000 * MILLIS;
    private static final long DAYS = 86_400 * SECONDS;
    /** What makes a dispatcher an event loop. */
    private static final String LOOP = LoopExecutorConfigurator.class.getName();
    /** A window of RFC 7323 cannot be larger. */
    private static final int MAX_BUFFER = 1 << 30;
    private static final long MAX_MEMORY = 1L << 50;

    private StackConfigReader() {}

    static StackConfig read(Config config, String path) {
        StackConfig defaults = StackConfig.defaults();
        ConfigSection section = ConfigSection.of(config, path);
        StackConfig result = new StackConfig(
                section.text("name", defaults.name(), "letters, digits, - and _",
                        matching("[A-Za-z0-9][A-Za-z0-9_-]*")),
                section.text("nic", defaults.nic(), NicChoice.ALLOWED, NicChoice::parse),
                nicSettings(section.section("nic-settings"), defaults.nicSettings()),
                IpConfigReader.read(section.section("ip"), defaults.ip()),
                tcp(section.section("tcp"), defaults.tcp()),
                listen(section.section("listen"), defaults.listen()),
                ports(section.section("ports"), defaults.ports()),
                limits(section.section("limits"), defaults.limits()),
                new StackConfig.Streams(
                        section.section("streams").flag("on-loop", defaults.streams().onLoop())),
                section.text("loop-dispatcher", defaults.loopDispatcher(),
                        "the id of a dispatcher like " + defaults.loopDispatcher(), id -> loop(config, id)),
                section.integer("shards", defaults.shards(), 1, StackConfig.MAX_SHARDS),
                supervision(section.section("supervision"), defaults.supervision()),
                flightRecorder(section.section("flight-recorder"), defaults.flightRecorder()),
                section.duration("terminate-timeout", defaults.terminateTimeout(), Duration.ZERO,
                        Duration.ofHours(1)));
        section.finish();
        return result;
    }

    private static NicSettings nicSettings(ConfigSection section, NicSettings defaults) {
        return new NicSettings(
                section.text("hardware-address", defaults.hardwareAddress(),
                        "random, interface or an address of a station such as 02:00:00:00:00:02",
                        NicSettings::checkHardwareAddress),
                section.bytes("mtu", defaults.mtu(), 0, NicSettings.MAX_MTU),
                section.flag("offload", defaults.offload()),
                section.bytes("kernel-buffer", defaults.kernelBuffer(), NicSettings.MIN_KERNEL_BUFFER,
                        NicSettings.MAX_KERNEL_BUFFER),
                section.integer("queue-frames", defaults.queueFrames(), 1, NicSettings.MAX_QUEUE_FRAMES));
    }

    private static TcpConfig tcp(ConfigSection section, TcpConfig defaults) {
        return new TcpConfig(
                buffer(section.section("receive-buffer"), defaults.receiveBuffer()),
                buffer(section.section("send-buffer"), defaults.sendBuffer()),
                options(section.section("options"), defaults.options()),
                retransmission(section.section("retransmission"), defaults.retransmission()),
                acknowledgment(section.section("acknowledgment"), defaults.acknowledgment()),
                keepAlive(section.section("keep-alive"), defaults.keepAlive()),
                section.flag("no-delay", defaults.noDelay()),
                section.integer("initial-window-segments", defaults.initialWindowSegments(), 1, 1000),
                section.nanos("time-wait", defaults.timeWait(), MILLIS, DAYS),
                section.nanos("fin-wait-2-timeout", defaults.finWait2Timeout(), MILLIS, DAYS),
                section.text("congestion-control", defaults.congestionControl(), CongestionControls.ALLOWED,
                        CongestionControls::named),
                section.choice("ecn", defaults.ecn()),
                recovery(section.section("recovery"), defaults.recovery()),
                tuning(section.section("tuning"), defaults.tuning()),
                traits(section.section("traits"), defaults.traits()),
                fastOpen(section.section("fast-open"), defaults.fastOpen()),
                pathMtu(section.section("path-mtu"), defaults.pathMtu()));
    }

    private static FastOpenRules fastOpen(ConfigSection section, FastOpenRules defaults) {
        return new FastOpenRules(
                section.flag("client", defaults.client()),
                section.flag("client-without-cookie", defaults.clientWithoutCookie()),
                section.flag("defer-connect", defaults.deferConnect()),
                section.nanos("disable-time", defaults.disableTime(), 0, 365 * DAYS),
                section.flag("server", defaults.server()),
                section.flag("server-without-cookie", defaults.serverWithoutCookie()),
                section.integer("queue", defaults.queue(), 0, 1_000_000),
                section.text("keys", defaults.keys(),
                        "nothing, or one key or two with a comma in between, each four groups of eight hexadecimal "
                                + "digits such as 00112233-44556677-8899aabb-ccddeeff",
                        text -> text.isEmpty() ? List.of() : FastOpenKey.parse(text)));
    }

    private static Recovery recovery(ConfigSection section, Recovery defaults) {
        return new Recovery(
                section.flag("rack", defaults.rack()),
                section.flag("tail-loss-probe", defaults.tailLossProbe()),
                section.flag("frto", defaults.frto()),
                section.flag("dsack", defaults.dsack()),
                section.flag("hystart", defaults.hystart()));
    }

    private static PathMtuRules pathMtu(ConfigSection section, PathMtuRules defaults) {
        return new PathMtuRules(
                section.choice("probing", defaults.probing()),
                section.integer("base-mss", defaults.baseMss(), 48, 65_535),
                section.nanos("interval", defaults.interval(), 1_000_000_000L, 365 * DAYS));
    }

    private static TcpConfig.Tuning tuning(ConfigSection section, TcpConfig.Tuning defaults) {
        return new TcpConfig.Tuning(
                section.bytes("max-segment", defaults.maxSegment(), 0, 65_495),
                section.integer("syn-retries", defaults.synRetries(), 0, 127),
                section.bytes("not-sent-lowat", defaults.notSentLowat(), 0, MAX_BUFFER),
                section.bytes("window-clamp", defaults.windowClamp(), 0, MAX_BUFFER),
                section.integer("traffic-class", defaults.trafficClass(), 0, 255),
                section.integer("hop-limit", defaults.hopLimit(), 0, 255),
                section.flag("no-options", defaults.noOptions()),
                sourceRoute(section.section("source-route"), defaults.sourceRoute()));
    }

    private static SourceRoute sourceRoute(ConfigSection section, SourceRoute defaults) {
        boolean strict = section.flag("strict", defaults.strict());
        List<IpAddress> hops =
                section.list("hops", defaults.hops(), "IPv4 addresses, such as 10.77.0.254", IpAddress::parse);
        try {
            return new SourceRoute(strict, hops);
        } catch (IllegalArgumentException e) {
            throw section.contradiction(e.getMessage());
        }
    }

    private static HostTraits traits(ConfigSection section, HostTraits defaults) {
        return new HostTraits(
                section.choice("option-order", defaults.optionOrder()),
                section.flag("round-receive-buffer", defaults.roundReceiveBuffer()),
                section.flag("window-is-buffer", defaults.windowIsBuffer()),
                section.flag("ack-every-second", defaults.ackEverySecond()),
                section.flag("fin-with-ack", defaults.finWithAck()),
                section.flag("window-rst", defaults.windowRst()),
                section.flag("window-syn", defaults.windowSyn()),
                section.flag("time-wait-keeps", defaults.timeWaitKeeps()),
                section.flag("late-reset", defaults.lateReset()),
                section.integer("option-syns", defaults.optionSyns(), 0, 127),
                section.integer("ecn-syns", defaults.ecnSyns(), 1, 127),
                section.flag("push-super-frames", defaults.pushSuperFrames()),
                section.choice("syn-fin", defaults.synFin()),
                section.flag("silent-to-syn-ack", defaults.silentToSynAck()),
                section.choice("open-end", defaults.openEnd()),
                section.flag("ecn-crossing", defaults.ecnCrossing()),
                section.flag("keep-idle-window", defaults.keepIdleWindow()),
                section.integer("defer-divisor", defaults.deferDivisor(), 1, 1000),
                section.flag("missing-timestamps", defaults.missingTimestamps()),
                section.flag("silent-give-up", defaults.silentGiveUp()),
                section.flag("silent-to-future-ack", defaults.silentToFutureAck()),
                section.integer("frame-segments", defaults.frameSegments(), 0, 44),
                section.flag("empty-probe", defaults.emptyProbe()),
                section.flag("bare-reset", defaults.bareReset()),
                section.flag("timeout-margin", defaults.timeoutMargin()),
                section.flag("path-mss", defaults.pathMss()),
                section.flag("reduce-from-window", defaults.reduceFromWindow()));
    }

    private static BufferLimits buffer(ConfigSection section, BufferLimits defaults) {
        int min = section.bytes("min", defaults.min(), 1, MAX_BUFFER);
        int initial = section.bytes("initial", defaults.initial(), 1, MAX_BUFFER);
        int max = section.bytes("max", defaults.max(), 1, MAX_BUFFER);
        ordered(section, "min", min, "initial", initial);
        ordered(section, "initial", initial, "max", max);
        return new BufferLimits(min, initial, max);
    }

    private static OptionOffer options(ConfigSection section, OptionOffer defaults) {
        return new OptionOffer(
                section.flag("window-scaling", defaults.windowScaling()),
                section.flag("timestamps", defaults.timestamps()),
                section.flag("sack", defaults.sack()),
                section.bytes("min-peer-mss", defaults.minPeerMss(), 1, 1460));
    }

    private static Retransmission retransmission(ConfigSection section, Retransmission defaults) {
        Retransmission result = new Retransmission(
                section.nanos("initial-timeout", defaults.initialTimeout(), MILLIS, DAYS),
                section.nanos("min-timeout", defaults.minTimeout(), MILLIS, DAYS),
                section.nanos("max-timeout", defaults.maxTimeout(), MILLIS, DAYS),
                section.nanos("syn-give-up", defaults.synGiveUp(), MILLIS, DAYS),
                section.integer("synack-retries", defaults.synackRetries(), 0, 255),
                section.nanos("give-up", defaults.giveUp(), MILLIS, DAYS),
                section.nanos("user-timeout", defaults.userTimeout(), 0, DAYS));
        ordered(section, "min-timeout", result.minTimeout(), "initial-timeout", result.initialTimeout());
        ordered(section, "initial-timeout", result.initialTimeout(), "max-timeout", result.maxTimeout());
        return result;
    }

    private static Acknowledgment acknowledgment(ConfigSection section, Acknowledgment defaults) {
        return new Acknowledgment(
                section.nanos("delay", defaults.delay(), 0, 499 * MILLIS), // RFC 9293 MUST-59: less than 0.5 s
                section.integer("quick-acks", defaults.quickAcks(), 0, 1_000_000));
    }

    private static KeepAlive keepAlive(ConfigSection section, KeepAlive defaults) {
        return new KeepAlive(
                section.flag("enabled", defaults.enabled()),
                section.nanos("idle", defaults.idle(), MILLIS, 365 * DAYS),
                section.nanos("interval", defaults.interval(), MILLIS, DAYS),
                section.integer("probes", defaults.probes(), 1, 127));
    }

    private static StackConfig.Listen listen(ConfigSection section, StackConfig.Listen defaults) {
        return new StackConfig.Listen(
                section.choice("profile", defaults.profile()),
                section.choice("syncookies", defaults.syncookies()),
                section.integer("somaxconn", defaults.somaxconn(), 1, 1_000_000),
                section.number("syn-queue-ratio", defaults.synQueueRatio(), 0.01, 1000),
                section.integer("max-syn-backlog", defaults.maxSynBacklog(), 1, 100_000_000));
    }

    private static StackConfig.Ports ports(ConfigSection section, StackConfig.Ports defaults) {
        int first = section.integer("first", defaults.first(), 1, 65535);
        int last = section.integer("last", defaults.last(), 1, 65535);
        ordered(section, "first", first, "last", last);
        return new StackConfig.Ports(first, last);
    }

    private static StackConfig.Limits limits(ConfigSection section, StackConfig.Limits defaults) {
        return new StackConfig.Limits(
                section.integer("connections", defaults.connections(), 1, 100_000_000),
                section.integer("listeners", defaults.listeners(), 1, 10_000_000),
                section.integer("time-wait", defaults.timeWait(), 1, 100_000_000),
                section.integer("orphans", defaults.orphans(), 1, 100_000_000),
                memory(section.section("memory"), defaults.memory()),
                section.bytes("send-turn", defaults.sendTurn(), 1, 1 << 30),
                section.integer("shard-queue", defaults.shardQueue(), 1, 100_000_000),
                section.integer("descriptors", defaults.descriptors(), 4, 100_000_000),
                section.integer("fast-open-peers", defaults.fastOpenPeers(), 1, 10_000_000),
                perSource(section.section("per-source"), defaults.perSource()));
    }

    private static PerSource perSource(ConfigSection section, PerSource defaults) {
        return new PerSource(
                section.integer("half-open", defaults.halfOpen(), 0, 100_000_000),
                section.integer("established", defaults.established(), 0, 100_000_000),
                section.integer("prefix-length", defaults.prefixLength(), 1, 128));
    }

    private static MemoryBudget.Limits memory(ConfigSection section, MemoryBudget.Limits defaults) {
        long low = section.bytes("low", defaults.low(), 1, MAX_MEMORY);
        long pressure = section.bytes("pressure", defaults.pressure(), 1, MAX_MEMORY);
        long max = section.bytes("max", defaults.max(), 1, MAX_MEMORY);
        ordered(section, "low", low, "pressure", pressure);
        ordered(section, "pressure", pressure, "max", max);
        return new MemoryBudget.Limits(low, pressure, max);
    }

    private static StackConfig.Supervision supervision(ConfigSection section, StackConfig.Supervision defaults) {
        return new StackConfig.Supervision(
                section.integer("restarts", defaults.restarts(), 0, 1_000_000),
                section.duration("within", defaults.within(), Duration.ofMillis(1), Duration.ofDays(1)));
    }

    private static StackConfig.FlightRecorder flightRecorder(
            ConfigSection section, StackConfig.FlightRecorder defaults) {
        int packets = section.integer("packets", defaults.packets(), 0, 1_000_000);
        int snapLength = section.bytes("snap-length", defaults.snapLength(), 96, 65_535);
        if ((long) packets * snapLength > MAX_BUFFER) {
            throw section.contradiction("packets times snap-length must not be more than 1 GiB");
        }
        return new StackConfig.FlightRecorder(
                packets,
                snapLength,
                section.text("directory", defaults.directory(), "a directory", Function.identity()),
                section.integer("files", defaults.files(), 1, 1_000_000));
    }

    static void ordered(ConfigSection section, String smallerKey, long smaller, String largerKey, long larger) {
        if (smaller > larger) {
            throw section.contradiction(smallerKey + " must not be larger than " + largerKey);
        }
    }

    /** An actor of the stack that is not on an event loop would fail only later, and say less. */
    private static String loop(Config config, String id) {
        boolean isDefault = id.equals(StackConfig.defaults().loopDispatcher());
        try {
            if (isDefault || LOOP.equals(config.getString(id + ".executor"))) {
                return id;
            }
        } catch (ConfigException e) {
            throw new IllegalArgumentException(id, e);
        }
        throw new IllegalArgumentException(id);
    }

    private static Function<String, String> matching(String pattern) {
        return text -> {
            if (!text.matches(pattern)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        };
    }
}
