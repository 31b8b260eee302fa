package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen;
import io.fourtuple.api.socket.Personality;
import io.fourtuple.core.tcp.HostTraits;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Acknowledgment;
import io.fourtuple.core.tcp.TcpConfig.BufferLimits;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Whose defaults a stack has where hosts legitimately differ: configuration, before a script says what it changes. */
public enum HostProfile {
    /** Linux's defaults. */
    LINUX {
        @Override
        StackConfig applied(StackConfig base) {
            StackConfig linux = buffersAndTimers(base);
            TcpConfig tcp = linux.tcp();
            return linux.withTcp(tcp.withTraits(tcp.traits()
                            .withOpenEnd(HostTraits.OpenEnd.ANY_ERROR)
                            .withMissingTimestamps(true)
                            .withSilentGiveUp(true)
                            .withSilentToFutureAck(true)
                            .withFrameSegments(2)
                            .withEmptyProbe(true)
                            .withBareReset(true)
                            .withTimeoutMargin(true)
                            .withPathMss(true)
                            .withReduceFromWindow(true))
                    .withFastOpen(tcp.fastOpen().withDisableTime(0)));
        }
    },
    /** Linux's buffers and timers; where it departs from the RFCs, these have it. */
    RFC {
        @Override
        StackConfig applied(StackConfig base) {
            return buffersAndTimers(base);
        }
    },
    /** FreeBSD's defaults. */
    FREEBSD {
        @Override
        StackConfig applied(StackConfig base) {
            TcpConfig tcp = base.tcp()
                    .withReceiveBuffer(new BufferLimits(4096, 65_536, 2 << 20))
                    .withSendBuffer(new BufferLimits(4096, 32_768, 2 << 20))
                    .withRetransmission(new Retransmission(
                            SECOND, 230 * MILLI, 64 * SECOND, 75 * SECOND, 3, 924 * SECOND, 0))
                    .withAcknowledgment(new Acknowledgment(40 * MILLI, 0))
                    .withKeepAlive(new KeepAlive(false, 7200 * SECOND, 75 * SECOND, 8))
                    .withTraits(HostTraits.DEFAULT
                            .withOptionOrder(HostTraits.OptionOrder.BSD)
                            .withRoundReceiveBuffer(true)
                            .withWindowIsBuffer(true)
                            .withAckEverySecond(true)
                            .withFinWithAck(true)
                            .withTimeWaitKeeps(true)
                            .withLateReset(true)
                            .withEcnSyns(2)
                            .withSynFin(HostTraits.SynFin.OPENS)
                            .withSilentToSynAck(true)
                            .withOpenEnd(HostTraits.OpenEnd.HARD_ERROR_OR_EXPIRY)
                            .withEcnCrossing(true));
            return base.withTcp(tcp);
        }
    };

    /** What the runner of Linux' suite defines: a cookie of its key for its addresses, and names of IPv4. */
    private static final List<String> LINUX_DEFINITIONS = List.of(
            "TFO_COOKIE=3021b9d889017eeb", "CMSG_LEVEL_IP=SOL_IP", "CMSG_TYPE_RECVERR=IP_RECVERR");

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    abstract StackConfig applied(StackConfig base);

    private static StackConfig buffersAndTimers(StackConfig base) {
        TcpConfig tcp = base.tcp()
                .withReceiveBuffer(new BufferLimits(4096, 131_072, 6 << 20))
                .withSendBuffer(new BufferLimits(4096, 16_384, 4 << 20))
                .withRetransmission(new Retransmission(
                        SECOND, 200 * MILLI, 120 * SECOND, 127 * SECOND, 5, 924 * SECOND, 0));
        return base.withTcp(tcp.withTraits(HostTraits.DEFAULT.withLateReset(true).withPushSuperFrames(true)))
                .withListen(base.listen().withProfile(Listen.Profile.LINUX));
    }

    /** The one of this name, as a script says it. */
    static HostProfile named(String name) {
        for (HostProfile profile : values()) {
            if (profile.toString().equals(name)) {
                return profile;
            }
        }
        throw new UnsupportedFeatureException("the profile " + name);
    }

    /** Whether its NICs cut segments. */
    boolean cutsSegments() {
        return this != FREEBSD;
    }

    /** These definitions, and those that the runner of its own suite has besides. */
    public Set<String> definitions(Collection<String> given) {
        Set<String> all = new TreeSet<>(given);
        List<String> own = this != FREEBSD ? LINUX_DEFINITIONS : List.of();
        for (String definition : own) {
            String name = definition.substring(0, definition.indexOf('='));
            if (given.stream().noneMatch(each -> each.equals(name) || each.startsWith(name + '='))) {
                all.add(definition);
            }
        }
        return all;
    }

    /** What its system calls answer where systems differ. */
    Personality personality() {
        return switch (this) {
            case LINUX, RFC -> Personality.LINUX;
            case FREEBSD -> Personality.FREEBSD;
        };
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
