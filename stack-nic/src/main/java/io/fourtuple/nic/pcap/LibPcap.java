package io.fourtuple.nic.pcap;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NicException;
import java.util.Locale;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.RawPacketListener;

/**
 * The one class that touches pcap4j: a handle of libpcap, pcap(3PCAP).
 *
 * <p>pcap4j hands out neither the descriptor of a handle nor the handle itself, so nobody can wait for it but a thread
 * in {@link #read}. {@link #send} may be called by another thread meanwhile: it is one send(2).
 */
final class LibPcap {
    /** So long an old libpcap, which no other thread can wake, may take to notice that it shall end. */
    static final int TIMEOUT_MILLIS = 100;

    private final PcapHandle handle;

    private LibPcap(PcapHandle handle) {
        this.handle = handle;
    }

    /**
     * Opens an interface for frames to {@code mac} and to groups.
     *
     * @param snapLength the longest frame that comes whole
     * @throws NicException with one sentence, when that is not possible
     */
    static LibPcap open(PcapConfig config, MacAddress mac, int snapLength) {
        try {
            PcapHandle handle = new PcapHandle.Builder(config.interfaceName())
                    .snaplen(snapLength)
                    .promiscuousMode(config.promiscuous() ? PromiscuousMode.PROMISCUOUS
                            : PromiscuousMode.NONPROMISCUOUS)
                    .timeoutMillis(TIMEOUT_MILLIS)
                    .bufferSize(config.bufferBytes())
                    // What we send ourselves must not come back.
                    .direction(PcapDirection.IN)
                    .immediateMode(true)
                    .build();
            LibPcap opened = new LibPcap(handle);
            opened.prepare(config.interfaceName(), mac);
            return opened;
        } catch (PcapNativeException e) {
            throw refused(config.interfaceName(), e);
        } catch (LinkageError e) {
            throw Pcap4jNic.missing(e);
        }
    }

    private void prepare(String name, MacAddress mac) throws PcapNativeException {
        try {
            handle.setFilter("ether dst " + mac + " or ether multicast", BpfCompileMode.OPTIMIZE);
        } catch (NotOpenException | RuntimeException | PcapNativeException e) {
            handle.close();
            throw failed(name, e);
        }
    }

    /**
     * Reads frames until {@link #interrupt}, and hands each to {@code into}.
     *
     * @throws NicException when the interface is gone
     */
    void read(RawPacketListener into) {
        try {
            handle.loop(-1, into);
        } catch (InterruptedException e) {
            // Not of the thread: this is how pcap4j says that interrupt() was called.
        } catch (PcapNativeException | NotOpenException e) {
            throw new NicException("the interface cannot be read any more (" + reason(e)
                    + "): set it up again and start the stack anew", e);
        }
    }

    /** Ends {@link #read}. Any thread. */
    void interrupt() {
        try {
            handle.breakLoop();
        } catch (NotOpenException e) {
            throw new IllegalStateException("interrupted after it was closed", e);
        }
    }

    /** Sends a frame; false when the kernel does not take it. */
    boolean send(byte[] frame, int length) {
        try {
            handle.sendPacket(frame, length);
            return true;
        } catch (PcapNativeException | NotOpenException e) {
            return false;
        }
    }

    /** Frames that found the kernel's ring full so far. */
    long dropped() {
        try {
            return handle.getStats().getNumPacketsDropped();
        } catch (PcapNativeException | NotOpenException e) {
            return 0;
        }
    }

    /** Only when nobody reads any more. */
    void close() {
        handle.close();
    }

    private static NicException refused(String name, PcapNativeException e) {
        String said = reason(e);
        String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("permi")) {
            return new NicException("no permission to capture on " + name
                    + ": run as root, or give java CAP_NET_RAW", e);
        }
        if (lower.contains("not up")) {
            return new NicException("the interface " + name + " is down: run 'ip link set " + name + " up'", e);
        }
        return failed(name, e);
    }

    private static NicException failed(String name, Exception e) {
        return new NicException("libpcap cannot use " + name + " (" + reason(e) + "): choose another interface", e);
    }

    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    }
}
