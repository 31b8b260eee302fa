package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.host.HostSockets;
import io.fourtuple.packetdrill.wire.Passed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The host that a script is about, with its only NIC and its clock. Confined to one thread. */
interface Host extends AutoCloseable {
    /**
     * Changes a setting, by its name for sysctl(8); before the start or after it.
     *
     * @param inUse whether a socket is open
     * @return whether another host has taken the place of this one, whose sockets are gone then
     * @throws io.fourtuple.packetdrill.script.UnsupportedFeatureException when there is no such setting, or not now
     */
    boolean set(String name, String value, boolean inUse);

    /**
     * Whether its NIC cuts segments, as it does at first where others do; else, that is done before.
     *
     * @throws io.fourtuple.packetdrill.script.UnsupportedFeatureException when that cannot be said any more
     */
    void cutsInNic(boolean cuts);

    /** Lets it begin. */
    void start();

    /** Forgets what it knows of others from connections that are over; no socket is open: what there was is gone. */
    void forgetPeers();

    /** Its system calls. */
    HostSockets sockets();

    /** How many connections and listening sockets are in a state; of a local port, or of any when it is 0. */
    long count(String state, int port);

    /** Its counters, as nstat(8) names them: {@code TcpExtListenDrops}. */
    Map<String, Long> counters();

    // ---- its NIC ----

    /** A packet arrives from the remote end. */
    void inject(byte[] packet);

    /** Whether it has sent anything that nobody has taken. */
    boolean hasSent();

    /** The first packet that it has sent and nobody has taken yet; stays there. */
    Optional<Passed> peek();

    /** Takes it. */
    Passed take();

    /** Everything that has passed, in order. */
    List<Passed> recorded();

    // ---- its clock ----

    /** What it says, in nanoseconds. */
    long nanoTime();

    /** Lets it do what there is to do now. */
    void runReady();

    /** Lets time pass until the clock says so much. */
    void runUntil(long nanos);

    /** Lets time pass until something is the case, but not more than {@code atMost}; whether it is the case. */
    boolean runUntil(BooleanSupplier condition, Duration atMost);

    @Override
    void close();
}
