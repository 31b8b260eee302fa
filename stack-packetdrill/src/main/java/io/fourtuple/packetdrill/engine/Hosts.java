package io.fourtuple.packetdrill.engine;

/** Where the hosts come from that scripts are about: each run gets a fresh one. */
public abstract class Hosts implements AutoCloseable {
    Hosts() {}

    /** What a script says of addresses and times, as it is meant here. */
    abstract ScriptSettings adapted(ScriptSettings settings);

    /** A host with its defaults, not started. */
    abstract Host host(HostProfile profile, ScriptSettings settings);

    @Override
    public abstract void close();
}
