package io.fourtuple.packetdrill.engine;

import java.util.Map;
import java.util.Optional;

/** Type and code of an ICMP message (RFC 792, 1122, 1812, 4443), by the names that scripts have for them. */
record IcmpNumbers(int type, int code) {
    private static final Map<String, Integer> V4_TYPES = Map.ofEntries(
            Map.entry("unreachable", 3), Map.entry("source_quench", 4), Map.entry("redirect", 5),
            Map.entry("time_exceeded", 11), Map.entry("parameter_problem", 12));

    private static final Map<String, Integer> V4_CODES = Map.ofEntries(
            Map.entry("unreachable net_unreachable", 0), Map.entry("unreachable host_unreachable", 1),
            Map.entry("unreachable protocol_unreachable", 2), Map.entry("unreachable port_unreachable", 3),
            Map.entry("unreachable frag_needed", 4), Map.entry("unreachable source_route_failed", 5),
            Map.entry("unreachable net_unknown", 6), Map.entry("unreachable host_unknown", 7),
            Map.entry("unreachable source_host_isolated", 8), Map.entry("unreachable net_prohibited", 9),
            Map.entry("unreachable host_prohibited", 10), Map.entry("unreachable net_unreachable_for_tos", 11),
            Map.entry("unreachable host_unreachable_for_tos", 12), Map.entry("unreachable packet_filtered", 13),
            Map.entry("unreachable precedence_violation", 14), Map.entry("unreachable precedence_cutoff", 15),
            Map.entry("time_exceeded ttl_exceeded_in_transit", 0), Map.entry("time_exceeded exceeded_ttl", 0),
            Map.entry("time_exceeded frag_reass_exceeded", 1), Map.entry("time_exceeded exceeded_fragtime", 1));

    private static final Map<String, Integer> V6_TYPES = Map.of(
            "unreachable", 1, "packet_too_big", 2, "time_exceeded", 3, "parameter_problem", 4);

    private static final Map<String, Integer> V6_CODES = Map.ofEntries(
            Map.entry("unreachable no_route", 0), Map.entry("unreachable admin_prohibited", 1),
            Map.entry("unreachable not_neighbour", 2), Map.entry("unreachable not_neighbor", 2),
            Map.entry("unreachable address_unreachable", 3), Map.entry("unreachable port_unreachable", 4),
            Map.entry("time_exceeded exceeded_hop_limit", 0), Map.entry("time_exceeded exceeded_frag_time", 1),
            Map.entry("parameter_problem header_field", 0), Map.entry("parameter_problem unknown_next_header", 1),
            Map.entry("parameter_problem unknown_option", 2));

    static IcmpNumbers of(String type, Optional<String> code, boolean v4) {
        Integer number = (v4 ? V4_TYPES : V6_TYPES).get(type);
        if (number == null) {
            throw new ScriptFailure("no type of ICMP: " + type);
        }
        if (code.isEmpty()) {
            return new IcmpNumbers(number, 0);
        }
        if (code.get().matches("code_\\d+")) {
            return new IcmpNumbers(number, Integer.parseInt(code.get().substring(5)));
        }
        Integer codeNumber = (v4 ? V4_CODES : V6_CODES).get(type + " " + code.get());
        if (codeNumber == null) {
            throw new ScriptFailure("no code of ICMP " + type + ": " + code.get());
        }
        return new IcmpNumbers(number, codeNumber);
    }
}
