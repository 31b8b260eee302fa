package io.fourtuple.nic.pcapng;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The octets of a capture, one piece after the other, and where the reader is in it. */
final class CaptureInput implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final InputStream in;
    private long position;
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    CaptureInput(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER);
    }

    /** Octets read so far. */
    long position() {
        return position;
    }

    /** Of the pieces to come. */
    void order(ByteOrder value) {
        order = value;
    }

    boolean isAtEnd() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next < 0;
    }

    /** The next four octets without going on, in network byte order; the file must not end there. */
    int peek() throws IOException {
        in.mark(Integer.BYTES);
        byte[] octets = in.readNBytes(Integer.BYTES);
        in.reset();
        if (octets.length < Integer.BYTES) {
            throw broken("it ends after " + octets.length + " octets");
        }
        return ByteBuffer.wrap(octets).getInt();
    }

    /** The next piece. */
    ByteBuffer take(int length) throws IOException {
        byte[] octets = in.readNBytes(length);
        if (octets.length < length) {
            throw broken("it ends in the middle, at octet " + (position + octets.length));
        }
        position += length;
        return ByteBuffer.wrap(octets).order(order);
    }

    /** The failure of a capture that {@code what} says is wrong. */
    static IOException broken(String what) {
        return new IOException("not a whole capture: " + what);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
