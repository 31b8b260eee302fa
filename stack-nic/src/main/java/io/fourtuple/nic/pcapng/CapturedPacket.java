package io.fourtuple.nic.pcapng;

/**
 * A packet of a capture.
 *
 * @param interfaceName the interface it was captured on; empty when the file does not say
 * @param linkType what it starts with
 * @param epochNanos when, in nanoseconds since 1970-01-01T00:00Z
 * @param bytes what was captured of it
 * @param originalLength its length in octets, more than that of {@code bytes} when it was cut
 * @param direction which way it went
 * @param comment what was noted about it, often empty
 */
public record CapturedPacket(
        String interfaceName,
        LinkType linkType,
        long epochNanos,
        byte[] bytes,
        int originalLength,
        Direction direction,
        String comment) {}
