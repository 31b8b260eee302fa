package io.fourtuple.nic.pcapng;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a capture of any program, packet by packet: pcapng (draft-ietf-opsawg-pcapng) or the older pcap
 * (draft-ietf-opsawg-pcap), in either byte order, with micro- or nanoseconds. Needs no more memory than the largest
 * packet, however long the file is.
 *
 * <p>Confined to one thread at a time.
 */
public abstract sealed class CaptureReader implements AutoCloseable permits PcapReader, PcapngReader {
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b52ffd;

    final CaptureInput in;

    CaptureReader(CaptureInput in) {
        this.in = in;
    }

    /**
     * Opens a capture.
     *
     * @throws IOException when it cannot be read, or is none, with a sentence that says so
     */
    public static CaptureReader open(Path file) throws IOException {
        return open(Files.newInputStream(file));
    }

    /** The same with what comes from a stream, which this then owns. */
    public static CaptureReader open(InputStream stream) throws IOException {
        CaptureInput in = new CaptureInput(stream);
        try {
            int magic = in.peek();
            if (magic == Blocks.SECTION_HEADER) {
                return new PcapngReader(in);
            }
            if (PcapReader.isMagic(magic)) {
                return new PcapReader(in);
            }
            throw new IOException(magic >>> 16 == GZIP || magic == ZSTD
                    ? "the capture is compressed: unpack it first"
                    : "not a capture: it starts with neither the number of pcapng nor that of pcap");
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /**
     * The next packet; empty at the end of the file.
     *
     * @throws IOException when there is something else, with a sentence that says what and at which octet
     */
    public abstract Optional<CapturedPacket> next() throws IOException;

    @Override
    public void close() throws IOException {
        in.close();
    }
}
