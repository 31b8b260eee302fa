package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.IpAddress;
import java.time.Duration;

/**
 * How a capture is brought before a stack. Immutable; start from {@link #of}.
 *
 * @param server the stack's address that all conversations go to, whatever address they were recorded with
 * @param port the stack's port, likewise
 * @param client where all conversations come from, in the stack's prefix and not its own; each from a port of its own
 * @param speed how much faster than recorded, more than 0; {@link #MAX_SPEED} for as fast as the stack takes it
 * @param patience how long a conversation may stand still that nothing more is known of, until it is given up
 * @param connections how many conversations may be under way at the same time, 1 to {@value #MOST_CONVERSATIONS};
 *     another one is skipped
 * @param pendingBytes octets of payload, of all conversations, that may be read and not acknowledged, 64 KiB to 1 GiB;
 *     no more of the capture is read until there are fewer. Must exceed the receive window if segments were lost
 *     before they were captured
 * @param checkChecksums whether segments with a wrong checksum are left out, as the recorded server has left them out;
 *     not for captures in which a NIC was to add up more than Linux leaves to it
 */
public record ReplayConfig(
        IpAddress server,
        int port,
        IpAddress client,
        double speed,
        Duration patience,
        int connections,
        int pendingBytes,
        boolean checkChecksums) {
    /** Does not wait for the recorded time of a packet. */
    public static final double MAX_SPEED = Double.POSITIVE_INFINITY;
    /** The port of the first client; each one gets the next. */
    public static final int FIRST_PORT = 1024;
    /** As many as there are ports for them. */
    public static final int MOST_CONVERSATIONS = 64_512;

    private static final int DEFAULT_CONNECTIONS = 1024;
    private static final int DEFAULT_PENDING = 32 << 20;
    private static final int LEAST_PENDING = 64 << 10;
    private static final int MOST_PENDING = 1 << 30;

    public ReplayConfig {
        check(server.isV4() == client.isV4(), "both ends must be IPv4 or both IPv6, not " + server + " and " + client);
        check(!server.equals(client), "the two ends must differ, both are " + server);
        check(port >= 1 && port <= 65535, "the port must be 1 to 65535, is " + port);
        check(speed > 0, "the speed must be more than 0, is " + speed);
        check(patience.isPositive(), "the patience must be more than 0, is " + patience);
        check(connections >= 1 && connections <= MOST_CONVERSATIONS,
                "connections must be 1 to " + MOST_CONVERSATIONS + ", not " + connections);
        check(pendingBytes >= LEAST_PENDING && pendingBytes <= MOST_PENDING,
                "pending octets must be 65536 to 1073741824, not " + pendingBytes);
    }

    /** At the recorded speed, 1,024 conversations at a time, ten seconds of patience, 32 MiB on the way. */
    public static ReplayConfig of(IpAddress server, int port, IpAddress client) {
        return new ReplayConfig(
                server, port, client, 1, Duration.ofSeconds(10), DEFAULT_CONNECTIONS, DEFAULT_PENDING, true);
    }

    /** The same, so much faster than recorded. */
    public ReplayConfig withSpeed(double value) {
        return new ReplayConfig(server, port, client, value, patience, connections, pendingBytes, checkChecksums);
    }

    /** The same with another patience. */
    public ReplayConfig withPatience(Duration value) {
        return new ReplayConfig(server, port, client, speed, value, connections, pendingBytes, checkChecksums);
    }

    /** The same with another bound for conversations under way. */
    public ReplayConfig withConnections(int value) {
        return new ReplayConfig(server, port, client, speed, patience, value, pendingBytes, checkChecksums);
    }

    /** The same with another bound for what is read and not acknowledged, in octets. */
    public ReplayConfig withPendingBytes(int value) {
        return new ReplayConfig(server, port, client, speed, patience, connections, value, checkChecksums);
    }

    /** The same with or without a look at checksums. */
    public ReplayConfig withCheckChecksums(boolean value) {
        return new ReplayConfig(server, port, client, speed, patience, connections, pendingBytes, value);
    }

    private static void check(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException("replay: " + sentence);
        }
    }
}
