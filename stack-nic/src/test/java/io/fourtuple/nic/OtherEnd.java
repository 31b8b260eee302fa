package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import java.util.Optional;

/** What a NIC under test is wired to, see {@link NicContract}. Frames start with the header of the NIC's medium. */
public interface OtherEnd extends AutoCloseable {
    /**
     * Sends a frame to the NIC under test.
     *
     * @return false when it could not be sent
     */
    boolean send(byte[] frame);

    /**
     * Takes the oldest frame that the NIC under test has sent and waits for it if need be, some seconds at most. There
     * may be frames of others between them.
     */
    Optional<Frame> take();

    @Override
    void close();
}
