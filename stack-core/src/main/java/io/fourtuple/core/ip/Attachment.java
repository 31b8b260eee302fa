package io.fourtuple.core.ip;

import java.util.Objects;
import java.util.Optional;

/**
 * How the host of one shard is attached to a link.
 *
 * @param link what the link is like
 * @param queue takes the shard's frames; empty when the shard has no queue of this NIC, so that the first one sends
 * @param resolved where the first host says, and the others look, who is on this link; empty when there are no others,
 *     or they have no queue
 */
public record Attachment(LinkProperties link, Optional<FrameSink> queue, Optional<ResolvedNeighbors> resolved) {
    public Attachment {
        Objects.requireNonNull(link, "link");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(resolved, "resolved");
    }

    /** By a queue of its own, of which others need to know nothing. */
    public static Attachment of(LinkProperties link, FrameSink queue) {
        return new Attachment(link, Optional.of(queue), Optional.empty());
    }

    /** By a queue of its own, while others have further ones. */
    public static Attachment of(LinkProperties link, FrameSink queue, ResolvedNeighbors resolved) {
        return new Attachment(link, Optional.of(queue), Optional.of(resolved));
    }

    /** Through the first shard. */
    public static Attachment without(LinkProperties link) {
        return new Attachment(link, Optional.empty(), Optional.empty());
    }
}
