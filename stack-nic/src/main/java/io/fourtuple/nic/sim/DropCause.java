package io.fourtuple.nic.sim;

/** Why a frame got no further, apart from being lost by chance. */
public enum DropCause {
    /** The queue of the link was full. */
    QUEUE_FULL("queue full"),
    /** {@link QueueDiscipline.Red} chose it. */
    RED("RED"),
    /** {@link QueueDiscipline.CoDel} chose it. */
    CODEL("CoDel"),
    /** The link was down. */
    LINK_DOWN("link down"),
    /** This direction of the link was blocked. */
    BLOCKED("direction blocked"),
    /** A {@link Rule} said so. */
    RULE("rule"),
    /** Sender and receiver were on two sides of a partition. */
    PARTITION("partition"),
    /** The packet was larger than the MTU of the link. */
    TOO_BIG("larger than the MTU"),
    /** The sender's or the receiver's NIC had no power. */
    POWER_OFF("no power");

    private final String words;

    DropCause(String words) {
        this.words = words;
    }

    /** In a few words for a reader. */
    @Override
    public String toString() {
        return words;
    }
}
