/** Packets in octets, by a codec that is not the stack's: a fault that both share would not be seen. */
package io.fourtuple.packetdrill.wire;
