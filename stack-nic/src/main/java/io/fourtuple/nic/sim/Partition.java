package io.fourtuple.nic.sim;

import java.util.BitSet;
import java.util.Collection;

/** Two sets of hosts that cannot reach each other, see {@link SimulatedNetwork#partition}. */
public final class Partition {
    private final SimulatedNetwork network;
    private final BitSet senders;
    private final BitSet receivers;
    private final boolean bothWays;

    Partition(SimulatedNetwork network, Collection<SimulatedNic> senders, Collection<SimulatedNic> receivers,
            boolean bothWays) {
        this.network = network;
        this.senders = numbers(senders);
        this.receivers = numbers(receivers);
        this.bothWays = bothWays;
    }

    private static BitSet numbers(Collection<SimulatedNic> nics) {
        BitSet numbers = new BitSet();
        nics.forEach(nic -> numbers.set(nic.number()));
        return numbers;
    }

    boolean separates(SimulatedNic sender, SimulatedNic receiver) {
        int from = sender.number();
        int to = receiver.number();
        return (senders.get(from) && receivers.get(to)) || (bothWays && receivers.get(from) && senders.get(to));
    }

    /** Ends it. Twice is no error. */
    public void heal() {
        network.heal(this);
    }
}
