package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.PacketSpec.IpSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.TcpOptionSpec;
import io.fourtuple.packetdrill.wire.OptionCodec;
import io.fourtuple.packetdrill.wire.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Whether a segment that the stack has sent is the one that the script expects. */
final class OutboundCheck {
    private static final long MAX_32 = 0xffff_ffffL;
    private static final int TIMESTAMPS = 8;
    private static final int SACK = 5;

    private final Tcp expected;
    private final Flow flow;
    private final Segment live;
    private final boolean syn;
    private final List<String> differences = new ArrayList<>();

    /** What the script would have to say of the segment. */
    private final long sequence;
    private final long acknowledgment;
    private final byte[] options;

    /**
     * @param toleranceTicks how far a timestamp may be off; negative when its value is not looked at
     */
    private OutboundCheck(Tcp expected, Flow flow, Segment live, long toleranceTicks) {
        this.expected = expected;
        this.flow = flow;
        this.live = live;
        syn = live.has(Segment.SYN);
        sequence = live.sequence() - (expected.sequence().absolute() ? 0 : flow.localOffset(syn)) & MAX_32;
        acknowledgment = live.acknowledgment() - (live.has(Segment.ACK) ? flow.remoteOffset(syn) : 0) & MAX_32;
        options = live.options();
        mapOptions(toleranceTicks);
    }

    /**
     * Compares them.
     *
     * @return what differs; empty when nothing does
     */
    static List<String> differences(Tcp expected, Flow flow, Segment live, long toleranceTicks) {
        OutboundCheck check = new OutboundCheck(expected, flow, live, toleranceTicks);
        check.compare();
        return check.differences;
    }

    /** The segment as the script would write it. */
    static String describe(Flow flow, Segment live, boolean absolute) {
        boolean syn = live.has(Segment.SYN);
        long sequence = live.sequence() - (absolute ? 0 : flow.localOffset(syn)) & MAX_32;
        long end = sequence + live.payloadLength() & MAX_32;
        String ack = live.has(Segment.ACK)
                ? " ack " + (live.acknowledgment() - flow.remoteOffset(syn) & MAX_32)
                : "";
        byte[] options = live.options();
        shiftSack(options, flow.remoteOffset(syn));
        return Segment.letters(live.flags()) + " " + sequence + ":" + end + "(" + live.payloadLength() + ")" + ack
                + " win " + live.window() + (options.length == 0 ? "" : " " + OptionCodec.describe(options));
    }

    private void mapOptions(long toleranceTicks) {
        shiftSack(options, flow.remoteOffset(syn));
        int at = OptionCodec.find(options, TIMESTAMPS);
        if (at < 0 || OptionCodec.length(options, at) != 10) {
            return;
        }
        for (TcpOptionSpec option : expected.options().orElse(List.of())) {
            if (option instanceof TcpOptionSpec.Timestamps stamps) {
                ByteBuffer bytes = ByteBuffer.wrap(options);
                long value = flow.mapTimestamp(stamps.value(), stamps.anyValue(), bytes.getInt(at + 2));
                boolean close = Math.abs((int) (value - stamps.value())) <= toleranceTicks;
                if (stamps.anyValue() || toleranceTicks < 0 || close) {
                    value = stamps.value();
                }
                bytes.putInt(at + 2, (int) value);
                return;
            }
        }
    }

    private static void shiftSack(byte[] options, int offset) {
        int at = OptionCodec.find(options, SACK);
        if (at < 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(options);
        int end = at + OptionCodec.length(options, at);
        for (int edge = at + 2; edge + 4 <= end; edge += 4) {
            bytes.putInt(edge, bytes.getInt(edge) - offset);
        }
    }

    private void compare() {
        if (expected.flags() != live.flags()) {
            differ("flags", Segment.letters(expected.flags()), Segment.letters(live.flags()));
        }
        compare("reserved bits", 0, live.reserved());
        if (!expected.sequence().any()) {
            compare("seq", expected.sequence().start(), sequence);
        }
        compare("length", expected.sequence().length(), live.payloadLength());
        compare("ack", expected.acknowledgment(), acknowledgment);
        if (expected.window().isPresent()) {
            compare("win", expected.window().getAsInt(), live.window());
        }
        compare("urg", expected.urgentPointer(), live.urgentPointer());
        expected.options().ifPresent(this::compareOptions);
        compareIp(expected.ip());
    }

    private void compareOptions(List<TcpOptionSpec> wanted) {
        byte[] octets = OptionCodec.encode(wanted);
        if (!Arrays.equals(octets, options)) {
            differ("options", OptionCodec.describe(octets), OptionCodec.describe(options));
        }
    }

    private void compareIp(IpSpec ip) {
        compare("traffic class", ip.trafficClass(), live.trafficClass());
        compare("dscp", ip.dscp(), live.trafficClass() >> 2);
        int ecn = live.trafficClass() & 3;
        if (ip.ecn().isPresent() && ip.ecn().getAsInt() == IpSpec.ECT01) {
            if (ecn != 1 && ecn != 2) {
                differ("ecn", "1 or 2", Integer.toString(ecn));
            }
        } else {
            compare("ecn", ip.ecn(), ecn);
        }
        compare("ttl", ip.ttl(), live.ttl());
    }

    private void compare(String what, OptionalInt wanted, int actual) {
        if (wanted.isPresent()) {
            compare(what, wanted.getAsInt(), actual);
        }
    }

    private void compare(String what, long wanted, long actual) {
        if (wanted != actual) {
            differ(what, Long.toString(wanted), Long.toString(actual));
        }
    }

    private void differ(String what, String wanted, String actual) {
        differences.add(what + " " + wanted + ", not " + actual);
    }
}
