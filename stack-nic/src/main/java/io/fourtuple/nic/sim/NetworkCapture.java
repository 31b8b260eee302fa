package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.pcapng.Direction;
import io.fourtuple.nic.pcapng.PcapngWriter;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A capture of everything that happens in a {@link SimulatedNetwork}, for Wireshark. Each port is an interface. A frame
 * is there when it is sent (outbound) and when it arrives (inbound), with the time of the simulation, which begins at
 * 1970-01-01T00:00Z. The comment of a packet says why it was sent and what becomes of it: lost, dropped, marked, held
 * back. A frame that is dropped later than it was sent is there once more, with no direction.
 *
 * <p>Ends with {@link #close}. Confined to the simulation's thread.
 */
public final class NetworkCapture implements AutoCloseable {
    private final SimulatedNetwork network;
    private final PcapngWriter writer;
    private final String target;

    NetworkCapture(SimulatedNetwork network, PcapngWriter writer, String target) {
        this.network = network;
        this.writer = writer;
        this.target = target;
    }

    /** Describes a port; its number is for {@link #write}. */
    int describe(Port port) {
        try {
            return writer.addInterface(port.name(), Medium.ETHERNET);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    void write(int number, long nanos, Frame frame, Direction direction, String comment) {
        String segments = frame.gsoSize() == 0 ? "" : "segments of " + frame.gsoSize() + " octets in one frame";
        try {
            writer.write(number, nanos, ByteBuffer.wrap(FrameOctets.complete(frame)), direction,
                    join(comment, segments));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    static String join(String first, String second) {
        return first.isEmpty() ? second : second.isEmpty() ? first : first + "; " + second;
    }

    /** Hands everything to the file, and goes on. */
    public void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Ends the capture and its file. Twice is no error. */
    @Override
    public void close() {
        network.captureEnds(this);
        try {
            writer.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private NicException failure(IOException e) {
        return new NicException("the capture " + target + " cannot be written: " + e.getMessage(), e);
    }
}
