package io.fourtuple.packetdrill.wire;

import io.fourtuple.core.wire.IpAddress;
import java.util.Objects;

/** From where to where a segment goes. */
public record Endpoints(IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
    public Endpoints {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
    }

    /** The other way. */
    public Endpoints reversed() {
        return new Endpoints(destination, destinationPort, source, sourcePort);
    }
}
