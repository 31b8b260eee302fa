package io.fourtuple.api.actor;

import io.fourtuple.core.tcp.IsnGenerator;
import io.fourtuple.core.tcp.PortAllocator;
import io.fourtuple.core.tcp.Rfc6056PortAllocator;
import io.fourtuple.core.tcp.Rfc6528IsnGenerator;
import io.fourtuple.core.tcp.SynCookies;
import io.fourtuple.core.tcp.TimestampOffsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What strangers must not be able to guess about one shard. Drawn where the stack starts, for one shard after the
 * other: the generator has no second thread to deal with, and from the same seed each shard gets the same every time.
 *
 * @param flowHashKey of the table of flows
 * @param isns initial sequence numbers
 * @param timestampOffsets where timestamps begin
 * @param cookies SYN cookies
 * @param ports ports of opens that leave the choice
 * @param other seed of whatever else is random, and need not be a secret
 */
record ShardSecrets(
        long flowHashKey,
        IsnGenerator isns,
        TimestampOffsets timestampOffsets,
        SynCookies cookies,
        PortAllocator ports,
        long other) {
    static ShardSecrets drawn(RandomGenerator random, int firstPort, int lastPort) {
        return new ShardSecrets(
                random.nextLong(),
                new Rfc6528IsnGenerator(random.nextLong(), random.nextLong()),
                new TimestampOffsets(random.nextLong(), random.nextLong()),
                new SynCookies(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()),
                new Rfc6056PortAllocator(random.nextLong(), random.nextLong(), firstPort, lastPort),
                random.nextLong());
    }

    /** A generator for what need not be a secret, of the shard's thread. */
    RandomGenerator generator() {
        return new SplittableRandom(other);
    }
}
