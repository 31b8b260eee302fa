package io.fourtuple.core.ip;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;

/** An address of ours, how far it has been checked, and how long it is valid. */
final class OwnAddress {
    final HostInterface on;
    final InterfaceAddress assigned;
    /** Whether a router has had us make it. */
    final boolean autoconfigured;
    /** How many interface ids of its network were somebody else's before this one. */
    final int attempt;

    /** Whether it is being checked. */
    boolean checking;
    /** Whether it may be used while it is. */
    boolean optimistic;
    /** Whether it was somebody else's, or was given up: never to be used again. */
    boolean lost;
    /** What tells our own solicitations from those of others. */
    long nonce;
    /** How often it was asked for, in this check. */
    int probes;
    /** How often it was announced since it was found to be free. */
    int announcements;
    /** When there is something to send for it, or {@link Deadline#NONE}. */
    long nextStep = Deadline.NONE;
    /** When it was last claimed by somebody else; meaningless unless {@link #claimed}. */
    long claimedAt;
    boolean claimed;
    /** When it was last announced in its defence; meaningless unless {@link #defended}. */
    long defendedAt;
    boolean defended;
    /** Until when it is to be used for what is new; {@link Deadline#NONE}: for ever, or that is over already. */
    long preferredUntil = Deadline.NONE;
    boolean deprecated;
    /** {@link Deadline#NONE}: for ever. */
    long validUntil = Deadline.NONE;

    OwnAddress(HostInterface on, InterfaceAddress assigned, boolean autoconfigured, int attempt) {
        this.on = on;
        this.assigned = assigned;
        this.autoconfigured = autoconfigured;
        this.attempt = attempt;
    }

    IpAddress address() {
        return assigned.address();
    }

    boolean isV4() {
        return assigned.address().isV4();
    }

    /** Whether it can be somebody else's: the link has stations. */
    boolean isCheckable() {
        return on.isEthernet() && !on.link().mac().equals(MacAddress.NONE);
    }

    /** When something happens to it next. */
    long deadline() {
        return Deadline.earlier(nextStep, Deadline.earlier(preferredUntil, validUntil));
    }

    /** What sending and receiving have to know of it. Not for one that is lost. */
    HostAddress published() {
        HostAddress.State state;
        if (checking) {
            state = optimistic ? HostAddress.State.OPTIMISTIC : HostAddress.State.TENTATIVE;
        } else {
            state = deprecated ? HostAddress.State.DEPRECATED : HostAddress.State.PREFERRED;
        }
        return new HostAddress(on.number(), assigned, !autoconfigured, state);
    }
}
