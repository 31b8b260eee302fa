package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.LinkProperties.Medium;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;

/** The last packets of a connection, oldest first. Immutable: any thread may write it to a file. */
public final class Recording {
    private final String interfaceName;
    private final Medium medium;
    private final List<Packet> packets;

    Recording(String interfaceName, Medium medium, List<Packet> packets) {
        this.interfaceName = interfaceName;
        this.medium = medium;
        this.packets = packets;
    }

    record Packet(
            long epochNanos, byte[] bytes, int originalLength, int segmentSize, Direction direction, String why) {}

    /** Those of several queues of one NIC, at least one, in the order of their times. */
    public static Recording merged(List<Recording> recordings) {
        Recording first = recordings.getFirst();
        List<Packet> all = recordings.stream()
                .flatMap(recording -> recording.packets.stream())
                .sorted(Comparator.comparingLong(Packet::epochNanos))
                .toList();
        return new Recording(first.interfaceName, first.medium, all);
    }

    /** All of them. */
    List<Packet> packets() {
        return packets;
    }

    /** How many there are. */
    public int size() {
        return packets.size();
    }

    /**
     * Writes all of them, with why they were sent as comments.
     *
     * @param reason goes with the last packet, as a comment
     * @throws IOException when writing fails
     */
    public void writeTo(PcapngWriter writer, String reason) throws IOException {
        int number = writer.addInterface(interfaceName, medium);
        for (int i = 0; i < packets.size(); i++) {
            Packet packet = packets.get(i);
            String comment = Comments.join(packet.why, Comments.ofSegments(packet.segmentSize));
            if (i == packets.size() - 1) {
                comment = Comments.join(reason, comment);
            }
            writer.write(number, packet.epochNanos, ByteBuffer.wrap(packet.bytes), packet.originalLength,
                    packet.direction, comment);
        }
    }
}
