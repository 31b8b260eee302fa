package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.time.TimerQueue;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpFragment;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv6Problem;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.TcpCodec;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Puts datagrams together again (RFC 791 §3.2, RFC 8200 §4.5), within bounds.
 *
 * <p>Fragments that contradict each other end their datagram, in both versions of IP: whoever cuts a packet has no
 * reason to let the parts overlap, and to choose between two versions of the same octets is to let a stranger choose
 * (RFC 5722). A copy of a fragment is ignored.
 *
 * <p>What is held is charged by the arrays that it keeps alive. The oldest datagram of a sender that holds more than
 * its bound goes; when all together hold too much, the oldest one of those senders goes that have at least their share,
 * which is what there is divided by how many they are. So nobody can push out somebody who holds less. A sender is an
 * IPv4 address, or the network of an IPv6 address, whose hosts can have as many addresses as they like.
 */
final class Reassembly {
    /** Octets that a datagram costs without its fragments, roughly: objects and entries of tables. */
    static final int DATAGRAM_CHARGE = 512;
    /** Octets that a fragment costs besides its array. */
    static final int FRAGMENT_CHARGE = 192;

    private static final int PAYLOAD_LENGTH_OFFSET = 4;

    /** What one sender has here. */
    static final class Source {
        private int datagrams;
        private int charge;
    }

    private final IpConfig.Reassembly config;
    private final IcmpInput icmp;
    private final Counters counters;
    /** Oldest first. */
    private final Map<PartialDatagram.Key, PartialDatagram> byKey = new LinkedHashMap<>();
    private final Map<IpAddress, Source> sources = new HashMap<>();
    private final TimerQueue<PartialDatagram> timers = new TimerQueue<>();
    private int charge;

    Reassembly(IpConfig.Reassembly config, IcmpInput icmp, Counters counters) {
        this.config = config;
        this.icmp = icmp;
        this.counters = counters;
    }

    /** Octets that everything here is charged with. */
    int charge() {
        return charge;
    }

    /** Datagrams here, those given up included. */
    int size() {
        return byKey.size();
    }

    /** Senders of what is here. */
    int sourceCount() {
        return sources.size();
    }

    /**
     * Takes a fragment in.
     *
     * @param frame kept
     * @param header of a packet for us that is a fragment
     * @return the datagram, without a link-layer header, when it is whole now; else the fragment has ended here, which
     *     has been counted
     */
    Optional<byte[]> receive(byte[] frame, IpHeader header, long now) {
        counters.increment(Counter.IP_REASM_REQDS);
        PartialDatagram.Part part = new PartialDatagram.Part(frame, header, IpFragment.of(frame, header));
        if (!isSane(part, now)) {
            return end(Counter.IP_IN_HDR_ERRORS);
        }
        PartialDatagram.Key key = PartialDatagram.Key.of(header, part.fragment());
        PartialDatagram datagram = byKey.get(key);
        if (datagram == null) {
            datagram = create(key, now);
        }
        if (datagram.isAbandoned()) {
            return end(Counter.IP_REASM_DROPPED);
        }
        return switch (datagram.fit(part)) {
            case COPY -> end(Counter.IP_REASM_DROPPED);
            case CONTRADICTION -> abandon(datagram, Counter.IP_REASM_OVERLAPS);
            case NEW -> add(datagram, part);
        };
    }

    private Optional<byte[]> end(Counter counter) {
        counters.increment(counter);
        return Optional.empty();
    }

    /** Lengths in the order of RFC 8200 §4.5, which are as good for IPv4. What is empty fills no hole. */
    private boolean isSane(PartialDatagram.Part part, long now) {
        IpHeader header = part.header();
        IpFragment fragment = part.fragment();
        if (fragment.more() && fragment.length() % 8 != 0) {
            complain(part, Ipv6Problem.ERRONEOUS_FIELD, PAYLOAD_LENGTH_OFFSET, now);
            return false;
        }
        if (PartialDatagram.exceeds(header, fragment.end())) {
            int offsetField = header.payloadOffset() - header.offset() - IpFragment.V6_HEADER_LENGTH + 2;
            complain(part, Ipv6Problem.ERRONEOUS_FIELD, offsetField, now);
            return false;
        }
        if (!header.isV4() && fragment.isFirst() && !hasWholeChain(part)) {
            complain(part, Ipv6Problem.INCOMPLETE_CHAIN, 0, now);
            return false;
        }
        return fragment.length() > 0 && !(fragment.isFirst() && isNeighborDiscovery(part));
    }

    /** RFC 7112 §5: all headers, up to that of TCP or ICMPv6, are in the first fragment. */
    private static boolean hasWholeChain(PartialDatagram.Part part) {
        return part.header().upperLayer(part.frame())
                .filter(upper -> part.header().end() - upper.offset() >= leastHeader(upper.protocol()))
                .isPresent();
    }

    private static int leastHeader(int protocol) {
        return switch (protocol) {
            case TcpCodec.PROTOCOL -> TcpCodec.HEADER_LENGTH;
            case IcmpV6.PROTOCOL -> IcmpV6.HEADER_LENGTH;
            default -> 0;
        };
    }

    /** RFC 6980 §5: neighbours speak in whole packets, and what does not is to be ignored in silence. */
    private static boolean isNeighborDiscovery(PartialDatagram.Part part) {
        return !part.header().isV4() && part.header().upperLayer(part.frame())
                .filter(upper -> upper.protocol() == IcmpV6.PROTOCOL
                        && NeighborDiscovery.isMessage(Bytes.uint8(part.frame(), upper.offset())))
                .isPresent();
    }

    private void complain(PartialDatagram.Part part, int code, int pointer, long now) {
        IpHeader header = part.header();
        boolean answerable = !header.isV4() && !(part.fragment().isFirst() && isError(part));
        if (answerable) {
            icmp.answer(new Ipv6Problem(header.source(), header.destination(), header.offset(), header.end(), code,
                    pointer, false), part.frame(), now);
        }
    }

    /** Whether a first fragment reports an error: about such a one none is reported (RFC 1122 §3.2.2). */
    private static boolean isError(PartialDatagram.Part first) {
        return first.header().upperLayer(first.frame())
                .filter(upper -> upper.offset() < first.header().end())
                .filter(upper -> isError(upper.protocol(), Bytes.uint8(first.frame(), upper.offset())))
                .isPresent();
    }

    private static boolean isError(int protocol, int type) {
        return (protocol == IcmpV4.PROTOCOL && IcmpV4.isError(type))
                || (protocol == IcmpV6.PROTOCOL && IcmpV6.isError(type));
    }

    private PartialDatagram create(PartialDatagram.Key key, long now) {
        if (byKey.size() == config.datagrams()) {
            evict(source -> (long) source.datagrams * sources.size() >= byKey.size());
        }
        Source source = sources.computeIfAbsent(senderOf(key.source()), address -> new Source());
        PartialDatagram datagram = new PartialDatagram(key, source);
        byKey.put(key, datagram);
        source.datagrams++;
        charge(datagram, DATAGRAM_CHARGE);
        long timeout = key.source().isV4() ? config.ipv4Timeout() : config.ipv6Timeout();
        timers.schedule(datagram, Deadline.after(now, timeout));
        return datagram;
    }

    /** The address of the network when it is IPv6. */
    private static IpAddress senderOf(IpAddress address) {
        return address.isV4() ? address : IpAddress.of(address.high(), 0);
    }

    private Optional<byte[]> add(PartialDatagram datagram, PartialDatagram.Part part) {
        if (datagram.partCount() == config.fragmentsPerDatagram()) {
            return abandon(datagram, Counter.IP_REASM_PIECES);
        }
        datagram.add(part);
        charge(datagram, FRAGMENT_CHARGE + part.frame().length);
        if (!datagram.isWhole()) {
            makeRoom(datagram.source);
            return end(Counter.IP_REASM_HELD);
        }
        Optional<byte[]> whole = datagram.assemble();
        if (whole.isEmpty()) {
            return abandon(datagram, Counter.IP_REASM_OVERLAPS);
        }
        remove(datagram);
        counters.increment(Counter.IP_REASM_OKS);
        return whole;
    }

    private Optional<byte[]> abandon(PartialDatagram datagram, Counter why) {
        counters.increment(why);
        counters.increment(Counter.IP_REASM_FAILS);
        datagram.abandon();
        charge(datagram, DATAGRAM_CHARGE - datagram.charge);
        makeRoom(datagram.source);
        return end(Counter.IP_REASM_DROPPED);
    }

    private void makeRoom(Source source) {
        while (source.charge > config.sourceMemory()) {
            giveUpOldest(candidate -> candidate == source, Counter.IP_REASM_SOURCE_FULL);
        }
        while (charge > config.memory()) {
            evict(candidate -> (long) candidate.charge * sources.size() >= charge);
        }
    }

    private void evict(Predicate<Source> hasItsShare) {
        giveUpOldest(hasItsShare, Counter.IP_REASM_EVICTED);
    }

    /** There is one: not everybody can have less than the average. */
    private void giveUpOldest(Predicate<Source> of, Counter why) {
        Iterator<PartialDatagram> oldestFirst = byKey.values().iterator();
        PartialDatagram candidate = oldestFirst.next();
        while (!of.test(candidate.source)) {
            candidate = oldestFirst.next();
        }
        if (!candidate.isAbandoned()) {
            counters.increment(why);
            counters.increment(Counter.IP_REASM_FAILS);
        }
        remove(candidate);
    }

    private void remove(PartialDatagram datagram) {
        timers.cancel(datagram);
        byKey.remove(datagram.key);
        charge(datagram, -datagram.charge);
        datagram.source.datagrams--;
        if (datagram.source.datagrams == 0) {
            sources.remove(senderOf(datagram.key.source()));
        }
    }

    private void charge(PartialDatagram datagram, int octets) {
        datagram.charge += octets;
        datagram.source.charge += octets;
        charge += octets;
    }

    /** When {@link #handleTimeout} is due, or {@link Deadline#NONE}. */
    long deadline() {
        return timers.nextDeadline();
    }

    /** Gives up what is not whole in time, and says so when its first fragment is there (RFC 1122 §3.3.2). */
    void handleTimeout(long now) {
        for (PartialDatagram due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
            if (!due.isAbandoned()) {
                counters.increment(Counter.IP_REASM_TIMEOUT);
                counters.increment(Counter.IP_REASM_FAILS);
                due.first()
                        .filter(first -> !isError(first))
                        .ifPresent(first -> icmp.answerReassemblyTimeout(first.frame(), first.header(), now));
            }
            remove(due);
        }
    }
}
