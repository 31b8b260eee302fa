package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;

/**
 * An address of ours as sending and receiving have to know it. Immutable.
 *
 * @param link number of the NIC that has it, from 0
 * @param assigned the address and the length of its prefix
 * @param onLink whether its prefix says who is on the link (RFC 5942: that of an autoconfigured address does not)
 * @param state what it may be used for
 */
record HostAddress(int link, InterfaceAddress assigned, boolean onLink, State state) {
    /** What an address may be used for (RFC 4862 §2, RFC 4429). */
    enum State {
        /** Being checked, and for nothing until then. */
        TENTATIVE,
        /** Being checked, and used all the same. */
        OPTIMISTIC,
        /** For everything. */
        PREFERRED,
        /** For what uses it already, and for the rest when there is no other. */
        DEPRECATED
    }

    IpAddress address() {
        return assigned.address();
    }

    boolean isTentative() {
        return state == State.TENTATIVE;
    }
}
