package io.fourtuple.core.wire;

/** What came of reading an ARP packet. */
public sealed interface ArpResult permits ArpPacket, Malformed {}
