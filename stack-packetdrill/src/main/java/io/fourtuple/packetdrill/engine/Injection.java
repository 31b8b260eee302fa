package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.PacketSpec.Icmp;
import io.fourtuple.packetdrill.script.PacketSpec.IpSpec;
import io.fourtuple.packetdrill.script.PacketSpec.SequenceSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.TcpOptionSpec;
import io.fourtuple.packetdrill.script.TcpOptionSpec.Block;
import io.fourtuple.packetdrill.wire.OptionCodec;
import io.fourtuple.packetdrill.wire.PacketCodec;
import io.fourtuple.packetdrill.wire.Segment;
import java.util.List;

/** What a script injects, in the numbers of the wire. */
final class Injection {
    private static final int TTL = 255;
    private static final int ECN_ECT01 = IpSpec.ECT01;

    private Injection() {}

    /**
     * The octets of a segment.
     *
     * @param scaledEcho see {@link ScriptSettings#scaledEcho}
     */
    static byte[] tcp(Tcp spec, Flow flow, boolean scaledEcho) {
        boolean syn = (spec.flags() & Segment.SYN) != 0;
        boolean ack = (spec.flags() & Segment.ACK) != 0;
        boolean absolute = spec.sequence().absolute() || flow.firstIsAbsolute;
        flow.firstIsAbsolute = false;
        int sequence = (int) spec.sequence().start() + (absolute ? 0 : flow.remoteOffset(syn));
        int acknowledgment = (int) spec.acknowledgment() + (ack ? flow.localOffset(syn) : 0);
        List<TcpOptionSpec> options = spec.options().orElseThrow().stream()
                .map(option -> live(option, flow, syn, ack, scaledEcho))
                .toList();
        return PacketCodec.encode(new Segment(flow.outbound().reversed(), trafficClass(spec.ip()),
                spec.ip().ttl().orElse(TTL), spec.flags(), 0, sequence, acknowledgment, spec.window().orElse(0),
                spec.urgentPointer(), OptionCodec.encode(options), spec.sequence().length()));
    }

    private static TcpOptionSpec live(
            TcpOptionSpec option, Flow flow, boolean syn, boolean ack, boolean scaledEcho) {
        return switch (option) {
            case TcpOptionSpec.Sack(List<Block> blocks) -> new TcpOptionSpec.Sack(blocks.stream()
                    .map(block -> new Block(
                            block.left() + flow.localOffset(syn), block.right() + flow.localOffset(syn)))
                    .toList());
            case TcpOptionSpec.Timestamps stamps when ack && !stamps.absoluteEcho() -> {
                if (!scaledEcho && !flow.timestamps.containsKey(stamps.echo())) {
                    throw new ScriptFailure("no packet with TS val " + stamps.echo() + " was sent, which it echoes");
                }
                int echo = scaledEcho ? flow.scaled(stamps.echo()) : flow.timestamps.get(stamps.echo());
                yield new TcpOptionSpec.Timestamps(stamps.value(), false, echo, true);
            }
            case TcpOptionSpec.Nop _, TcpOptionSpec.Eol _, TcpOptionSpec.Mss _, TcpOptionSpec.WindowScale _,
                    TcpOptionSpec.SackPermitted _, TcpOptionSpec.Timestamps _, TcpOptionSpec.FastOpen _,
                    TcpOptionSpec.AccurateEcn _, TcpOptionSpec.Generic _, TcpOptionSpec.Raw _ -> option;
        };
    }

    private static int trafficClass(IpSpec ip) {
        int ecn = ip.ecn().orElse(0);
        if (ecn == ECN_ECT01) {
            throw new ScriptFailure("[ect01] is for packets that are expected");
        }
        return ip.trafficClass().orElse(ip.dscp().orElse(0) << 2 | ecn);
    }

    /** The octets of an ICMP message about a segment of the flow. */
    static byte[] icmp(Icmp spec, Flow flow) {
        boolean v4 = flow.local.isV4();
        IcmpNumbers numbers = IcmpNumbers.of(spec.type(), spec.code(), v4);
        int extra = spec.mtu().orElse(0);
        // The segment that it is about, when the script does not say: the first one, without octets.
        int sequence = spec.quoted().map(quoted -> (int) quoted.start()).orElse(0) + flow.localOffset(false);
        Segment quoted = new Segment(flow.outbound(), 0, 64, Segment.ACK, 0, sequence, 0, 0, 0, new byte[0],
                spec.quoted().map(SequenceSpec::length).orElse(0));
        return PacketCodec.icmp(flow.remote, flow.local, trafficClass(spec.ip()), spec.ip().ttl().orElse(TTL),
                numbers.type(), numbers.code(), extra, quoted);
    }
}
