package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.wire.OptionCodec;
import io.fourtuple.packetdrill.wire.Segment;

/** Packets of scripts as scripts write them. */
final class PacketText {
    private static final long MAX_32 = 0xffff_ffffL;

    private PacketText() {}

    static String describe(Tcp packet) {
        long start = packet.sequence().start();
        int length = packet.sequence().length();
        StringBuilder text = new StringBuilder(Segment.letters(packet.flags())).append(' ');
        if (packet.sequence().any()) {
            text.append("...");
        } else {
            text.append(start).append(':').append(start + length & MAX_32);
        }
        text.append('(').append(length).append(')');
        if ((packet.flags() & Segment.ACK) != 0) {
            text.append(" ack ").append(packet.acknowledgment());
        }
        packet.window().ifPresent(window -> text.append(" win ").append(window));
        packet.options().ifPresentOrElse(
                options -> {
                    if (!options.isEmpty()) {
                        text.append(' ').append(OptionCodec.describe(OptionCodec.encode(options)));
                    }
                },
                () -> text.append(" <...>"));
        return text.toString();
    }
}
