package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.StackConfig;
import io.fourtuple.core.tcp.Cubic;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.tcp.NewReno;
import io.fourtuple.core.tcp.PathMtuRules;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.AccEcnRules;
import io.fourtuple.core.tcp.TcpConfig.Acknowledgment;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.core.tcp.TcpConfig.Ecn;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import io.fourtuple.core.tcp.TcpConfig.OptionOffer;
import io.fourtuple.core.tcp.TcpConfig.Recovery;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.List;

/** What the names of sysctl(8), Linux's and FreeBSD's, are in the configuration of a stack. */
final class Sysctls {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final int INITIAL_BACKOFFS = 31;

    private Sysctls() {}

    /**
     * The configuration with one thing changed.
     *
     * @throws UnsupportedFeatureException when the stack has nothing like it, or not with this value
     */
    static StackConfig applied(StackConfig stack, String name, String value) {
        TcpConfig tcp = stack.tcp();
        OptionOffer options = tcp.options();
        Retransmission timer = tcp.retransmission();
        KeepAlive probing = tcp.keepAlive();
        FastOpenRules fast = tcp.fastOpen();
        Recovery how = tcp.recovery();
        return switch (name) {
            // ---- FreeBSD ----
            case "net.inet.tcp.rfc1323" -> stack.withTcp(tcp.withOptions(
                    new OptionOffer(isOn(name, value), isOn(name, value), options.sack(), options.minPeerMss())));
            case "net.inet.tcp.sack.enable", "net.ipv4.tcp_sack" -> stack.withTcp(tcp.withOptions(new OptionOffer(
                    options.windowScaling(), options.timestamps(), isOn(name, value), options.minPeerMss())));
            case "net.inet.tcp.ecn.enable" -> stack.withTcp(tcp.withEcn(switch (value) {
                case "0" -> Ecn.OFF;
                case "1" -> Ecn.ON;
                case "2" -> Ecn.ACCEPT;
                case "3" -> Ecn.ACCURATE;
                case "4" -> Ecn.ACCEPT_ACCURATE;
                default -> throw missing(name, value);
            }));
            case "net.inet.tcp.recvspace" -> stack.withTcp(
                    tcp.withReceiveBuffer(sized(tcp.receiveBuffer(), number(name, value))));
            case "net.inet.tcp.sendspace" -> stack.withTcp(
                    tcp.withSendBuffer(sized(tcp.sendBuffer(), number(name, value))));
            case "kern.ipc.maxsockbuf" -> stack.withTcp(tcp
                    .withReceiveBuffer(limited(tcp.receiveBuffer(), number(name, value)))
                    .withSendBuffer(limited(tcp.sendBuffer(), number(name, value))));
            case "net.inet.tcp.rexmit_initial" -> stack.withTcp(tcp.withRetransmission(new Retransmission(
                    number(name, value) * MILLI, timer.minTimeout(), timer.maxTimeout(), timer.synGiveUp(),
                    timer.synackRetries(), timer.giveUp(), timer.userTimeout())));
            case "net.inet.tcp.rexmit_min", "net.inet.tcp.rexmit_slop" -> stack;
            case "net.inet.tcp.keepinit" -> stack.withTcp(tcp.withRetransmission(new Retransmission(
                    timer.initialTimeout(), timer.minTimeout(), timer.maxTimeout(), number(name, value) * MILLI,
                    timer.synackRetries(), timer.giveUp(), timer.userTimeout())));
            case "net.inet.tcp.delacktime" -> stack.withTcp(tcp.withAcknowledgment(
                    new Acknowledgment(number(name, value) * MILLI, tcp.acknowledgment().quickAcks())));
            case "net.inet.tcp.keepidle" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), number(name, value) * MILLI, probing.interval(), probing.probes())));
            case "net.inet.tcp.keepintvl" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), probing.idle(), number(name, value) * MILLI, probing.probes())));
            case "net.inet.tcp.keepcnt" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), probing.idle(), probing.interval(), (int) number(name, value))));
            case "net.inet.tcp.syncookies" -> stack.withListen(stack.listen().withSyncookies(isOn(name, value)
                    ? StackConfig.Listen.SynCookies.ON_OVERFLOW
                    : StackConfig.Listen.SynCookies.OFF));
            case "net.inet.tcp.syncookies_only" -> isOn(name, value)
                    ? stack.withListen(stack.listen().withSyncookies(StackConfig.Listen.SynCookies.ALWAYS))
                    : stack;
            case "net.inet.tcp.hostcache.purgenow", "net.inet.tcp.hostcache.enable" -> stack; // there is no such cache
            case "net.inet.tcp.insecure_rst" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withWindowRst(isOn(name, value))));
            case "net.inet.tcp.insecure_syn" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withWindowSyn(isOn(name, value))));
            case "net.inet.tcp.drop_synfin" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withSynFin(isOn(name, value)
                            ? HostTraits.SynFin.DROPPED
                            : HostTraits.SynFin.OPENS)));
            case "net.inet.tcp.rexmit_drop_options" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withOptionSyns(isOn(name, value) ? 3 : 0)));
            case "net.inet.tcp.ecn.maxretries" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withEcnSyns((int) number(name, value) + 1)));
            case "net.inet.tcp.blackhole" -> only(stack, name, value, "0");
            case "net.inet.tcp.tolerate_missing_ts" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withMissingTimestamps(isOn(name, value))));
            case "net.inet.tcp.icmp_may_rst" -> stack.withTcp(tcp.withTraits(tcp.traits().withOpenEnd(
                    isOn(name, value) ? HostTraits.OpenEnd.HARD_ERROR_OR_EXPIRY : HostTraits.OpenEnd.NO_ERROR)));
            case "net.inet.tcp.fastopen.client_enable" -> stack.withTcp(tcp.withFastOpen(
                    fast.withClient(isOn(name, value), fast.clientWithoutCookie())));
            case "net.inet.tcp.fastopen.server_enable" -> stack.withTcp(tcp.withFastOpen(
                    fast.withServer(isOn(name, value), fast.serverWithoutCookie())));
            case "net.inet.tcp.fastopen.acceptany" -> stack.withTcp(tcp.withFastOpen(
                    fast.withServer(fast.server(), isOn(name, value))));
            case "net.inet.tcp.fastopen.path_disable_time" -> stack.withTcp(tcp.withFastOpen(
                    fast.withDisableTime(number(name, value) * SECOND)));
            // ---- Linux ----
            case "net.ipv4.tcp_timestamps" -> stack.withTcp(tcp.withOptions(new OptionOffer(
                    options.windowScaling(), isOn(name, value), options.sack(), options.minPeerMss())));
            case "net.ipv4.tcp_window_scaling" -> stack.withTcp(tcp.withOptions(new OptionOffer(
                    isOn(name, value), options.timestamps(), options.sack(), options.minPeerMss())));
            case "net.ipv4.tcp_min_snd_mss" -> stack.withTcp(tcp.withOptions(new OptionOffer(
                    options.windowScaling(), options.timestamps(), options.sack(), (int) number(name, value))));
            case "net.ipv4.tcp_ecn" -> stack.withTcp(tcp.withEcn(switch (value) {
                case "0" -> Ecn.OFF;
                case "1" -> Ecn.ON;
                case "2" -> Ecn.ACCEPT;
                case "3" -> Ecn.ACCURATE;
                case "4" -> Ecn.ACCEPT_ACCURATE_ON;
                case "5" -> Ecn.ACCEPT_ACCURATE;
                default -> throw missing(name, value);
            }));
            case "net.ipv4.tcp_ecn_option" ->
                    stack.withTcp(tcp.withAccEcn(new AccEcnRules(accEcnOption(name, value), tcp.accEcn().beacon())));
            case "net.ipv4.tcp_ecn_option_beacon" -> stack.withTcp(
                    tcp.withAccEcn(new AccEcnRules(tcp.accEcn().option(), (int) number(name, value))));
            case "net.ipv4.tcp_ecn_fallback" -> only(stack, name, value, "1");
            case "net.ipv4.tcp_rmem" -> stack.withTcp(tcp.withReceiveBuffer(triple(name, value)));
            case "net.ipv4.tcp_wmem" -> stack.withTcp(tcp.withSendBuffer(triple(name, value)));
            case "net.ipv4.tcp_syn_retries" -> stack.withTcp(tcp.withRetransmission(new Retransmission(
                    timer.initialTimeout(), timer.minTimeout(), timer.maxTimeout(),
                    backedOff(timer, number(name, value)), timer.synackRetries(), timer.giveUp(),
                    timer.userTimeout())));
            case "net.ipv4.tcp_synack_retries" -> stack.withTcp(tcp.withRetransmission(new Retransmission(
                    timer.initialTimeout(), timer.minTimeout(), timer.maxTimeout(), timer.synGiveUp(),
                    (int) number(name, value), timer.giveUp(), timer.userTimeout())));
            case "net.ipv4.tcp_congestion_control" -> stack.withTcp(switch (value) {
                case "cubic" -> tcp.withCongestionControl(Cubic::new);
                case "reno" -> tcp.withCongestionControl(NewReno::new);
                default -> throw missing(name, value);
            });
            case "net.ipv4.tcp_keepalive_time" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), number(name, value) * SECOND, probing.interval(), probing.probes())));
            case "net.ipv4.tcp_keepalive_intvl" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), probing.idle(), number(name, value) * SECOND, probing.probes())));
            case "net.ipv4.tcp_keepalive_probes" -> stack.withTcp(tcp.withKeepAlive(new KeepAlive(
                    probing.enabled(), probing.idle(), probing.interval(), (int) number(name, value))));
            case "net.ipv4.tcp_syncookies" -> stack.withListen(stack.listen().withSyncookies(switch (value) {
                case "0" -> StackConfig.Listen.SynCookies.OFF;
                case "1" -> StackConfig.Listen.SynCookies.ON_OVERFLOW;
                case "2" -> StackConfig.Listen.SynCookies.ALWAYS;
                default -> throw missing(name, value);
            }));
            case "net.ipv4.tcp_fastopen" -> stack.withTcp(tcp.withFastOpen(fastOpen(fast, number(name, value))));
            case "net.ipv4.tcp_fastopen_key" -> stack.withTcp(tcp.withFastOpen(fast.withKeys(keys(name, value))));
            case "net.ipv4.tcp_fastopen_blackhole_timeout_sec" -> only(stack, name, value, "0");
            case "net.ipv4.tcp_frto" -> stack.withTcp(tcp.withRecovery(how.withFrto(number(name, value) != 0)));
            case "net.ipv4.tcp_dsack" -> stack.withTcp(tcp.withRecovery(how.withDsack(isOn(name, value))));
            case "net.ipv4.tcp_recovery" -> stack.withTcp(tcp.withRecovery(how.withRack(isOn(name, value))));
            case "net.ipv4.tcp_early_retrans" ->
                    stack.withTcp(tcp.withRecovery(how.withTailLossProbe(number(name, value) >= 3)));
            case "net.ipv4.tcp_slow_start_after_idle" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withKeepIdleWindow(!isOn(name, value))));
            case "net.ipv4.tcp_tso_win_divisor" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withDeferDivisor((int) number(name, value))));
            case "net.ipv4.tcp_min_tso_segs" ->
                    stack.withTcp(tcp.withTraits(tcp.traits().withFrameSegments((int) number(name, value))));
            case "net.ipv4.tcp_notsent_lowat" -> stack.withTcp(tcp.withTuning(tcp.tuning().withNotSentLowat(
                    number(name, value) > Integer.MAX_VALUE ? 0 : (int) number(name, value))));
            // How a kernel makes its packets, which no other host can see, or what is never on here.
            case "net.ipv4.tcp_pacing_ss_ratio", "net.ipv4.tcp_pacing_ca_ratio",
                    "net.ipv4.tcp_fack", "net.ipv4.tcp_autocorking",
                    "net.ipv4.tcp_no_metrics_save" -> stack;
            case "net.ipv4.tcp_reordering" -> only(stack, name, value, "3");
            case "net.ipv4.tcp_syn_linear_timeouts" -> only(stack, name, value, "0");
            case "net.ipv4.tcp_mtu_probing" -> stack.withTcp(tcp.withPathMtu(tcp.pathMtu().withProbing(switch (value) {
                case "0" -> PathMtuRules.Probing.OFF;
                case "1" -> PathMtuRules.Probing.BLACK_HOLES;
                case "2" -> PathMtuRules.Probing.ALWAYS;
                default -> throw missing(name, value);
            })));
            case "net.ipv4.tcp_base_mss" ->
                    stack.withTcp(tcp.withPathMtu(tcp.pathMtu().withBaseMss((int) number(name, value))));
            case "net.ipv4.tcp_probe_interval" ->
                    stack.withTcp(tcp.withPathMtu(tcp.pathMtu().withInterval(number(name, value) * SECOND)));
            default -> throw new UnsupportedFeatureException("sysctl " + name);
        };
    }

    private static AccEcnRules.Option accEcnOption(String name, String value) {
        return switch (value) {
            case "0" -> AccEcnRules.Option.NEVER;
            case "1" -> AccEcnRules.Option.CHANGES;
            case "2" -> AccEcnRules.Option.ALWAYS;
            case "3" -> AccEcnRules.Option.PERSISTENT;
            default -> throw missing(name, value);
        };
    }

    /** Its bits: the client, the server, both without a cookie, and sockets that do not ask for it. */
    private static FastOpenRules fastOpen(FastOpenRules rules, long bits) {
        return rules.withClient((bits & 1) != 0, (bits & 4) != 0)
                .withServer((bits & 2) != 0, (bits & 0x200) != 0)
                .withQueue((bits & 0x400) != 0 ? Integer.MAX_VALUE : 0);
    }

    private static List<FastOpenKey> keys(String name, String value) {
        try {
            return FastOpenKey.parse(value.trim());
        } catch (IllegalArgumentException e) {
            throw missing(name, value);
        }
    }

    private static StackConfig only(StackConfig stack, String name, String value, String known) {
        if (!value.equals(known)) {
            throw missing(name, value);
        }
        return stack;
    }

    private static UnsupportedFeatureException missing(String name, String value) {
        return new UnsupportedFeatureException("sysctl " + name + "=" + value);
    }

    private static boolean isOn(String name, String value) {
        return number(name, value) != 0;
    }

    private static long number(String name, String value) {
        try {
            return Long.decode(value);
        } catch (NumberFormatException e) {
            throw missing(name, value);
        }
    }

    private static BufferLimits sized(BufferLimits limits, long initial) {
        int size = (int) initial;
        return new BufferLimits(Math.min(limits.min(), size), size, Math.max(limits.max(), size));
    }

    private static BufferLimits limited(BufferLimits limits, long max) {
        return new BufferLimits(limits.min(), limits.initial(), (int) Math.max(limits.initial(), max));
    }

    private static BufferLimits triple(String name, String value) {
        String[] numbers = value.trim().split("\\s+", -1);
        if (numbers.length != 3) {
            throw missing(name, value);
        }
        return new BufferLimits((int) number(name, numbers[0]), (int) number(name, numbers[1]),
                (int) number(name, numbers[2]));
    }

    /** When the last of so many retransmissions has not been answered. */
    private static long backedOff(Retransmission timer, long retries) {
        long total = 0;
        for (int i = 0; i <= Math.min(retries, INITIAL_BACKOFFS); i++) {
            total += Math.min(timer.initialTimeout() << i, timer.maxTimeout());
        }
        return total;
    }
}
