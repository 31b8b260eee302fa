package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;

/**
 * Cookies that a listening socket gives (RFC 7413 §4.1.2): a MAC of both addresses, so that whoever has one can receive
 * what is sent to its address. They are those of Linux with the same key, so that hosts behind one address may share
 * it: SipHash-2-4 of the client's and the server's address.
 *
 * <p>There may be two keys: cookies are made with the first, and those of the second are still good, so that keys can
 * change while clients have cookies. Immutable; any thread may use it.
 */
public final class FastOpenCookies {
    /** Octets of a cookie. */
    public static final int LENGTH = 8;

    private final List<FastOpenKey> keys;
    private final List<SipHash> macs;

    /** What a cookie is worth. */
    public enum Verdict {
        /** Of the present key. */
        GOOD,
        /** Of the key before: good, and to be replaced. */
        OLD,
        /** Of nobody who may have one. */
        BAD
    }

    /** With one key or two, the present one first. */
    public FastOpenCookies(List<FastOpenKey> keys) {
        if (keys.isEmpty() || keys.size() > 2) {
            throw new IllegalArgumentException("cookies have one key or two, not " + keys.size());
        }
        this.keys = List.copyOf(keys);
        macs = this.keys.stream().map(key -> SipHash.of24(key.first(), key.last())).toList();
    }

    /** The keys. */
    public List<FastOpenKey> keys() {
        return keys;
    }

    /** The cookie for a client that talks to this address of ours. */
    public byte[] cookie(IpAddress client, IpAddress server) {
        return cookie(macs.getFirst(), client, server);
    }

    /** Whether a client may have this cookie. */
    public Verdict check(byte[] cookie, IpAddress client, IpAddress server) {
        for (SipHash mac : macs) {
            if (MessageDigest.isEqual(cookie, cookie(mac, client, server))) { // tells nothing by its time
                return mac == macs.getFirst() ? Verdict.GOOD : Verdict.OLD;
            }
        }
        return Verdict.BAD;
    }

    private static byte[] cookie(SipHash mac, IpAddress client, IpAddress server) {
        byte[] from = client.toInetAddress().getAddress();
        byte[] to = server.toInetAddress().getAddress();
        byte[] both = ByteBuffer.allocate(from.length + to.length).put(from).put(to).array();
        return ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN).putLong(mac.hash(both)).array();
    }
}
