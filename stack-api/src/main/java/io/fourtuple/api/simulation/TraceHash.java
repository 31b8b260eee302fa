package io.fourtuple.api.simulation;

import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.sim.NetworkCapture;
import io.fourtuple.nic.sim.SimulatedNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a capture of all links, without keeping it: two runs that have the same one have sent the same octets
 * at the same times, and for the same reasons.
 */
public final class TraceHash {
    private final MessageDigest digest;
    private final NetworkCapture capture;

    private TraceHash(MessageDigest digest, NetworkCapture capture) {
        this.digest = digest;
        this.capture = capture;
    }

    /**
     * Hashes what happens from now on, in place of a capture.
     *
     * @throws IllegalStateException when the network is being captured already
     */
    public static TraceHash of(SimulatedNetwork network) {
        return of(network, OutputStream.nullOutputStream());
    }

    /** The same, and writes the capture, too; {@code out} is closed at the end. */
    public static TraceHash of(SimulatedNetwork network, OutputStream out) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            PcapngWriter writer = new PcapngWriter(new DigestOutputStream(out, sha256), PcapngWriter.UNLIMITED);
            return new TraceHash(sha256, network.capture(writer));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the capture cannot be written", e);
        }
    }

    /** Ends the capture, and gives the hash of it in 64 hexadecimal digits. To be called once. */
    public String finish() {
        capture.close();
        return HexFormat.of().formatHex(digest.digest());
    }
}
