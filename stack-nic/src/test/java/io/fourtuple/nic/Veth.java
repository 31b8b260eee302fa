package io.fourtuple.nic;

/**
 * A cable between two network namespaces: at the near end a NIC under test, in a namespace of this object's own and
 * without addresses; at the far end a kernel.
 */
public final class Veth implements AutoCloseable {
    /** Name of the near end. */
    public static final String NEAR = "near0";
    /** Name of the far end. */
    public static final String FAR = "far0";

    private final NetworkNamespace near = NetworkNamespace.create();
    private final NetworkNamespace far;

    private Veth(NetworkNamespace far) {
        this.far = far;
    }

    /** Lays a cable, with both ends up and without addresses. {@code far} stays its owner's. */
    public static Veth lay(NetworkNamespace far) {
        return lay(far, FAR);
    }

    /** The same with another name for the far end. */
    public static Veth lay(NetworkNamespace far, String farName) {
        Veth veth = new Veth(far);
        veth.near.ip("link", "add", NEAR, "type", "veth", "peer", farName, "netns", far.name());
        veth.near.ip("link", "set", NEAR, "addrgenmode", "none", "up");
        far.ip("link", "set", farName, "addrgenmode", "none", "up");
        keepOrder(veth.near, NEAR);
        keepOrder(far, farName);
        return veth;
    }

    /** Has one CPU receive everything: else frames overtake each other when their sender moves to another CPU. */
    private static void keepOrder(NetworkNamespace namespace, String device) {
        NetworkNamespace.Outcome outcome = namespace.run(
                "sh", "-c", "echo 1 > /sys/class/net/" + device + "/queues/rx-0/rps_cpus");
        if (outcome.status() != 0) {
            throw new AssertionError("steering " + device + " failed: " + outcome.text());
        }
    }

    /** Where the NIC under test is. */
    public NetworkNamespace near() {
        return near;
    }

    /** Where the kernel at the other end is. */
    public NetworkNamespace far() {
        return far;
    }

    /** Removes the cable, and the near namespace. */
    @Override
    public void close() {
        near.close();
    }
}
