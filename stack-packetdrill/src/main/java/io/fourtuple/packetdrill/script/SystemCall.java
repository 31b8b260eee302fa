package io.fourtuple.packetdrill.script;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code name(arguments) = result ERRNO (note)}.
 *
 * @param endNanos when a call that blocks returns; counted as the time of its event is. Empty for a call that returns
 *     at once
 * @param error the errno it fails with
 */
public record SystemCall(
        OptionalLong endNanos, String name, List<Expression> arguments, Expression result, Optional<String> error) {
    public SystemCall {
        Objects.requireNonNull(endNanos, "endNanos");
        Objects.requireNonNull(name, "name");
        arguments = List.copyOf(arguments);
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(error, "error");
    }
}
