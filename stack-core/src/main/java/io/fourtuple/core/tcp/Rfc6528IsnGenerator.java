package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.FourTuple;

/**
 * {@code ISN = M + F(localip, localport, remoteip, remoteport, secretkey)} (RFC 6528 §3): a clock that ticks about
 * every four microseconds, so that a reused tuple starts beyond its predecessor, plus a keyed hash, so that a stranger
 * who sees the numbers of one tuple learns nothing about another's.
 */
public final class Rfc6528IsnGenerator implements IsnGenerator {
    /** 2¹² ns: RFC 9293 §3.4.1 says roughly 4 µs, and a shift stays continuous when the clock wraps. */
    private static final int NANOS_TO_TICKS_SHIFT = 12;

    private final SipHash hash;

    /** With a secret key: 128 random bits, drawn once when the stack starts. */
    public Rfc6528IsnGenerator(long key0, long key1) {
        hash = SipHash.of24(key0, key1);
    }

    @Override
    public int next(FourTuple tuple, long nowNanos) {
        int m = (int) (nowNanos >> NANOS_TO_TICKS_SHIFT);
        return m + (int) hash.hash(tuple);
    }
}
