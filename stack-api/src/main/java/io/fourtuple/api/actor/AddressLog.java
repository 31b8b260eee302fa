package io.fourtuple.api.actor;

import io.fourtuple.core.ip.AddressNotice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whoever runs a stack what becomes of its addresses. */
final class AddressLog {
    private static final Logger LOG = LoggerFactory.getLogger(AddressLog.class);

    private AddressLog() {}

    /** Logs what there is to know, on the shard's thread. Trouble is a warning; it comes at a bounded rate. */
    static void write(Shard shard) {
        for (AddressNotice notice = shard.ip.pollNotice(); notice != null; notice = shard.ip.pollNotice()) {
            if (notice.isTrouble()) {
                LOG.warn("stack {}: {}", shard.config.name(), notice.sentence());
            } else {
                LOG.info("stack {}: {}", shard.config.name(), notice.sentence());
            }
        }
    }
}
