package io.fourtuple.core.wire;

/** What came of reading an IP header: a packet, an IPv6 header that has to be complained about, or nothing usable. */
public sealed interface IpResult permits IpHeader, Ipv6Problem, Malformed {}
