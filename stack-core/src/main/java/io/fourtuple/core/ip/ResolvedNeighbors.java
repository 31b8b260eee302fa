package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which link-layer addresses the host of the first shard has found out, for the hosts of further shards that send by a
 * queue of their own: see {@link IpHost#first} and {@link IpHost#beside}. The first one alone asks and is answered; to
 * whom is not here, the others have it send.
 *
 * <p>An entry is here while the first host believes it, and so there are never more than its cache has. One that nobody
 * has used by the time it is old goes; one that was used is asked again before it does.
 *
 * <p>Thread-safe: the first host's thread writes, those of the others read.
 */
public final class ResolvedNeighbors {
    private static final class Entry {
        final MacAddress mac;
        /** Whether another host has sent to it since the first one last asked. */
        volatile boolean used;

        Entry(MacAddress mac) {
            this.mac = mac;
        }
    }

    private final Map<IpAddress, Entry> byAddress = new ConcurrentHashMap<>();

    /** Where to send to, which counts as a use; null when that is not known. */
    MacAddress use(IpAddress address) {
        Entry entry = byAddress.get(address);
        if (entry == null) {
            return null;
        }
        if (!entry.used) { // written seldom, so that the threads do not take the cache line from each other
            entry.used = true;
        }
        return entry.mac;
    }

    /** {@code address} is at {@code mac}, and has answered just now. First host only. */
    void publish(IpAddress address, MacAddress mac) {
        Entry old = byAddress.get(address);
        if (old == null || !old.mac.equals(mac)) {
            byAddress.put(address, new Entry(mac));
        }
    }

    /** Nobody is to send to {@code address} any more without asking. No effect when it is not here. First host only. */
    void withdraw(IpAddress address) {
        byAddress.remove(address);
    }

    /** Whether another host has sent to {@code address} since the last call. First host only. */
    boolean takeUse(IpAddress address) {
        Entry entry = byAddress.get(address);
        if (entry == null || !entry.used) {
            return false;
        }
        entry.used = false;
        return true;
    }

    /** How many there are. */
    int size() {
        return byAddress.size();
    }
}
