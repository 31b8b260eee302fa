package io.fourtuple.packetdrill.engine;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.packetdrill.script.Script;
import io.fourtuple.packetdrill.script.Script.ScriptOption;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;

/**
 * What the options in the first lines of a script say.
 *
 * @param v6 whether it is about IPv6
 * @param local the stack's address
 * @param remote the other end's address
 * @param bindPort the port that a bind(2) gets
 * @param connectPort the port that a connect(2) goes to
 * @param mtu of the stack's NIC
 * @param mergedSegment payload octets of the segments that the NIC has put together, where it receives larger ones; 0
 *     when that is not said
 * @param toleranceNanos how far times may be off
 * @param tolerancePercent the same, as a part of the time since the event before
 * @param timestampTickNanos what a tick of TCP timestamps is; 0 when their values are not looked at
 * @param scaledEcho whether what is echoed need not be a timestamp that was sent: it is as far from the first one as
 *     the script says
 * @param strictSegments whether segments that follow each other are not taken as one
 */
record ScriptSettings(
        boolean v6,
        IpAddress local,
        IpAddress remote,
        int bindPort,
        int connectPort,
        int mtu,
        int mergedSegment,
        long toleranceNanos,
        double tolerancePercent,
        long timestampTickNanos,
        boolean scaledEcho,
        boolean strictSegments) {
    private static final long MICRO = 1_000;

    static ScriptSettings of(Script script, boolean strict) {
        boolean v6 = false;
        for (ScriptOption option : script.options()) {
            switch (option.name()) {
                case "ip_version" -> v6 = isV6(option);
                case "bind_port", "connect_port", "remote_ip", "local_ip", "mtu", "mss", "tolerance_usecs",
                        "tolerance_percent", "tcp_ts_tick_usecs", "strict_segments", "gateway_ip", "netmask_ip",
                        "speed", "tcp_ts_ecr_scaled", "debug", "verbose", "define", "code_format",
                        "code_sockopt", "is_anyip", "profile" -> { }
                case "non_fatal", "dry_run", "init_scripts", "wire_client", "wire_server", "udp_encaps",
                        "send_omit_free", "no_cleanup", "code_command", "so_filename" ->
                    throw new UnsupportedFeatureException("the option --" + option.name());
                default -> throw new UnsupportedFeatureException("the option --" + option.name());
            }
        }
        return new ScriptSettings(
                v6,
                address(script, "local_ip", v6 ? "fd3d:fa7b:d17d::1" : "192.168.0.1"),
                address(script, "remote_ip", v6 ? "2001:db8::1" : "192.0.2.1"),
                (int) number(script, "bind_port", 8080),
                (int) number(script, "connect_port", 8080),
                (int) number(script, "mtu", 1500),
                (int) number(script, "mss", 0),
                number(script, "tolerance_usecs", 4000) * MICRO,
                script.option("tolerance_percent").map(Double::parseDouble).orElse(12.5),
                number(script, "tcp_ts_tick_usecs", 0) * MICRO,
                script.option("tcp_ts_ecr_scaled").isPresent(),
                strict || script.option("strict_segments").isPresent());
    }

    private static boolean isV6(ScriptOption option) {
        return switch (option.value()) {
            case "ipv4" -> false;
            case "ipv6" -> true;
            default -> throw new UnsupportedFeatureException("--ip_version=" + option.value());
        };
    }

    private static IpAddress address(Script script, String option, String otherwise) {
        String text = script.option(option).orElse(otherwise);
        int slash = text.indexOf('/');
        return IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    }

    private static long number(Script script, String option, long otherwise) {
        return script.option(option).map(text -> {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new ScriptFailure("--" + option + " needs a number, not " + text);
            }
        }).orElse(otherwise);
    }
}
