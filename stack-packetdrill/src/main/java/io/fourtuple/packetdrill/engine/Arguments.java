package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.Expression;
import io.fourtuple.packetdrill.script.SystemCall;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.List;

/** The arguments of a system call, as what they have to be. */
final class Arguments {
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
            case Expression.Word(String name) -> Constants.of(name).orElseThrow(
                    () -> new UnsupportedFeatureException("the constant " + name));
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

    /** Whether it is a pointer that points nowhere. */
    boolean isNull(int index) {
        return at(index) instanceof Expression.Word(String name) && name.equals("NULL");
    }

    /** Flags of the system call; those of recv(2) and send(2) have one name each. */
    int flags(int index) {
        return (int) number(index);
    }

    /** The octets that a {@code struct iovec} array or a message made of one holds. */
    int vectorLength(Expression expression) {
        return vectorLengths(expression).stream().mapToInt(Integer::intValue).sum();
    }

    /** The same for each of its buffers. */
    List<Integer> vectorLengths(Expression expression) {
        return switch (expression) {
            case Expression.Array(List<Expression> items) ->
                    items.stream().flatMap(item -> vectorLengths(item).stream()).toList();
            case Expression.Struct message when message.field("msg_iov").isPresent() ->
                    vectorLengths(message.field("msg_iov").get());
            case Expression.Struct(var fields) when fields.size() == 2 -> List.of((int) number(fields.get(1).value()));
            case Expression.Int _, Expression.Word _, Expression.Ellipsis _, Expression.Text _, Expression.Or _,
                    Expression.Call _, Expression.Struct _ ->
                throw new UnsupportedFeatureException("the argument " + expression + " of " + call.name());
        };
    }
}
