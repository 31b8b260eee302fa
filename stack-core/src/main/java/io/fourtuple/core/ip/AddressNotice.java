package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.Objects;

/**
 * Something that whoever runs the host should know of one of its addresses.
 *
 * @param kind what has happened
 * @param address which one
 * @param link number of the NIC that has it, from 0
 * @param other whose MAC address claims it too; {@link MacAddress#NONE} when it has not said or there is no such
 */
public record AddressNotice(Kind kind, IpAddress address, int link, MacAddress other) {
    /** What has happened. */
    public enum Kind {
        /** Somebody else had it before us: it is not used, or not any more. */
        DUPLICATE,
        /** Somebody else claims it; it was announced as ours. */
        DEFENDED,
        /** Somebody else claims it, and it was given up. */
        GIVEN_UP,
        /** A router has had us make it. */
        AUTOCONFIGURED,
        /** What a router has had us make is not valid any more. */
        EXPIRED
    }

    public AddressNotice {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(other, "other");
    }

    /** Whether something is wrong. */
    public boolean isTrouble() {
        return switch (kind) {
            case DUPLICATE, DEFENDED, GIVEN_UP -> true;
            case AUTOCONFIGURED, EXPIRED -> false;
        };
    }

    /** One sentence for the log. */
    public String sentence() {
        String by = other.equals(MacAddress.NONE) ? "another station" : other.toString();
        return switch (kind) {
            case DUPLICATE -> "the address " + address + " is in use by " + by + " already and is not used here";
            case DEFENDED -> by + " claims the address " + address + ", which is kept and was announced again";
            case GIVEN_UP -> "the address " + address + " is given up, as " + by + " claims it";
            case AUTOCONFIGURED -> "a router has announced a network in which the address is " + address;
            case EXPIRED -> "the address " + address + " has expired, as no router announces its network any more";
        };
    }
}
