package io.fourtuple.nic.loop;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random numbers of one name, each of them noted. */
final class JournaledRandom implements RandomGenerator {
    // FNV-1a, 64 bits: the hash of a name is the same everywhere.
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final VirtualTime time;
    private final String name;
    private final SplittableRandom random;

    JournaledRandom(VirtualTime time, String name) {
        this.time = time;
        this.name = name;
        random = new SplittableRandom(new SplittableRandom(time.seed()).nextLong() ^ hash(name));
    }

    private static long hash(String name) {
        long hash = FNV_BASIS;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** All other kinds of numbers are made of this one. */
    @Override
    public long nextLong() {
        long value = random.nextLong();
        time.note(name, value);
        return value;
    }
}
