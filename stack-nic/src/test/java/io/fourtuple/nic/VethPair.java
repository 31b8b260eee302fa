package io.fourtuple.nic;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A virtual cable between the JVM's namespace and one of a test's own, both ends up. Removing the namespace removes it.
 *
 * @param here the end in the JVM's namespace
 * @param there the end in the other one
 */
public record VethPair(String here, String there) {
    /** So that two names, with 'h' and 't' in them, have at most 15 octets. */
    private static final int PIDS = 10_000_000;
    /** A namespace that was removed goes on holding its devices, and their names, for a moment. */
    private static final AtomicInteger MADE = new AtomicInteger();

    /** Lays one. */
    public static VethPair into(NetworkNamespace namespace) {
        String common = ProcessHandle.current().pid() % PIDS + "v" + MADE.incrementAndGet();
        VethPair pair = new VethPair("fh" + common, "ft" + common);
        must("ip", "link", "add", pair.here, "type", "veth", "peer", "name", pair.there);
        // Without addresses of their own the two kernels have nothing to say of their own accord.
        must("ip", "link", "set", pair.here, "addrgenmode", "none");
        must("ip", "link", "set", pair.there, "addrgenmode", "none");
        namespace.adopt(pair.there);
        namespace.ip("link", "set", pair.there, "up");
        must("ip", "link", "set", pair.here, "up");
        return pair;
    }

    /** Switches the end in the JVM's namespace off. */
    public void unplug() {
        must("ip", "link", "set", here, "down");
    }

    private static void must(String... command) {
        NetworkNamespace.Outcome outcome = NetworkNamespace.await(NetworkNamespace.launch(List.of(command)));
        if (outcome.status() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + outcome.text());
        }
    }
}
