package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.Expression;
import io.fourtuple.packetdrill.script.SystemCall;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.List;
import java.util.Map;

/** The arguments of a system call, as what they have to be. */
final class Arguments {
    private static final Map<String, Long> CONSTANTS = Map.ofEntries(
            Map.entry("IPTOS_LOWDELAY", 0x10L), Map.entry("IPTOS_THROUGHPUT", 0x08L),
            Map.entry("IPTOS_RELIABILITY", 0x04L), Map.entry("IPTOS_DSCP_CS0", 0x00L),
            Map.entry("IPTOS_DSCP_CS1", 0x20L), Map.entry("IPTOS_DSCP_CS2", 0x40L), Map.entry("IPTOS_DSCP_CS3", 0x60L),
            Map.entry("IPTOS_DSCP_CS4", 0x80L), Map.entry("IPTOS_DSCP_CS5", 0xa0L), Map.entry("IPTOS_DSCP_CS6", 0xc0L),
            Map.entry("IPTOS_DSCP_CS7", 0xe0L), Map.entry("IPTOS_DSCP_EF", 0xb8L),
            Map.entry("IP_PMTUDISC_DONT", 0L), Map.entry("IP_PMTUDISC_WANT", 1L), Map.entry("IP_PMTUDISC_DO", 2L),
            Map.entry("IP_PMTUDISC_PROBE", 3L), Map.entry("POLLIN", 1L), Map.entry("POLLPRI", 2L),
            Map.entry("POLLOUT", 4L), Map.entry("POLLERR", 8L), Map.entry("POLLHUP", 16L),
            Map.entry("POLLRDNORM", 0x40L), Map.entry("POLLWRNORM", 0x100L), Map.entry("POLLRDHUP", 0x2000L),
            Map.entry("EPOLLIN", 1L), Map.entry("EPOLLPRI", 2L), Map.entry("EPOLLOUT", 4L), Map.entry("EPOLLERR", 8L),
            Map.entry("EPOLLHUP", 16L), Map.entry("EPOLLRDHUP", 0x2000L), Map.entry("EPOLLONESHOT", 1L << 30),
            Map.entry("EPOLLET", 1L << 31));

    private final SystemCall call;
    private final List<Expression> all;

    Arguments(SystemCall call) {
        this.call = call;
        all = call.arguments();
    }

    int count() {
        return all.size();
    }

    Expression at(int index) {
        if (index >= all.size()) {
            throw new ScriptFailure(call.name() + " has " + all.size() + " arguments, which are too few");
        }
        return all.get(index);
    }

    /** A number, or a constant, or several of those combined. */
    long number(int index) {
        return number(at(index));
    }

    static long number(Expression expression) {
        return switch (expression) {
            case Expression.Int(long value) -> value;
            case Expression.Word(String name) -> {
                Long value = CONSTANTS.get(name);
                if (value == null) {
                    throw new UnsupportedFeatureException("the constant " + name);
                }
                yield value;
            }
            case Expression.Or(List<Expression> parts) -> {
                long value = 0;
                for (Expression part : parts) {
                    value |= number(part);
                }
                yield value;
            }
            case Expression.Array(List<Expression> items) when items.size() == 1 -> number(items.getFirst());
            case Expression.Call(String name, List<Expression> arguments)
                    when name.equals("htons") && arguments.size() == 1 -> number(arguments.getFirst());
            case Expression.Ellipsis _, Expression.Text _, Expression.Array _, Expression.Call _,
                    Expression.Struct _ -> throw new UnsupportedFeatureException("the argument " + expression);
        };
    }

    /** A name. */
    String word(int index) {
        if (at(index) instanceof Expression.Word(String name)) {
            return name;
        }
        throw new UnsupportedFeatureException("the argument " + at(index) + " of " + call.name());
    }

    /** Names that are combined; 0 is none. */
    List<String> words(int index) {
        return words(at(index));
    }

    private List<String> words(Expression expression) {
        return switch (expression) {
            case Expression.Word(String name) -> List.of(name);
            case Expression.Or(List<Expression> parts) -> parts.stream().flatMap(part -> words(part).stream()).toList();
            case Expression.Int(long value) when value == 0 -> List.of();
            case Expression.Int _, Expression.Ellipsis _, Expression.Text _, Expression.Array _, Expression.Call _,
                    Expression.Struct _ ->
                throw new UnsupportedFeatureException("the argument " + expression + " of " + call.name());
        };
    }

    /** Something in memory that the script does not care for. */
    void buffer(int index) {
        if (at(index) instanceof Expression.Word(String name) && name.equals("NULL")) {
            throw new UnsupportedFeatureException("pointers that point nowhere");
        }
    }

    /** The octets that a {@code struct iovec} array or a message made of one holds. */
    int vectorLength(Expression expression) {
        return switch (expression) {
            case Expression.Array(List<Expression> items) ->
                    items.stream().mapToInt(this::vectorLength).sum();
            case Expression.Struct message when message.field("msg_iov").isPresent() ->
                    vectorLength(message.field("msg_iov").get());
            case Expression.Struct(var fields) when fields.size() == 2 -> (int) number(fields.get(1).value());
            case Expression.Int _, Expression.Word _, Expression.Ellipsis _, Expression.Text _, Expression.Or _,
                    Expression.Call _, Expression.Struct _ ->
                throw new UnsupportedFeatureException("the argument " + expression + " of " + call.name());
        };
    }
}
