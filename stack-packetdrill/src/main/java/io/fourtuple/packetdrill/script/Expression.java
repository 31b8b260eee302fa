package io.fourtuple.packetdrill.script;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** An argument or the result of a system call. */
public sealed interface Expression {
    /** {@code ...}: whatever fits. */
    record Ellipsis() implements Expression {
        @Override
        public String toString() {
            return "...";
        }
    }

    /** A number. */
    record Int(long value) implements Expression {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A name that C knows, such as {@code SOCK_STREAM}. */
    record Word(String name) implements Expression {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * {@code "text"}.
     *
     * @param octets one character each
     * @param more whether {@code ...} follows
     */
    record Text(String octets, boolean more) implements Expression {
        @Override
        public String toString() {
            return '"' + octets + '"' + (more ? "..." : "");
        }
    }

    /** {@code a | b | c}. */
    record Or(List<Expression> parts) implements Expression {
        public Or {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            return parts.stream().map(Expression::toString).collect(Collectors.joining("|"));
        }
    }

    /** {@code [a, b]}: what a pointer points at. */
    record Array(List<Expression> items) implements Expression {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return items.toString();
        }
    }

    /** {@code name(arguments)}, such as {@code htons(8080)}. */
    record Call(String name, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** {@code {a=1, b(2)=3, 4}}: a struct. */
    record Struct(List<Field> fields) implements Expression {
        public Struct {
            fields = List.copyOf(fields);
        }

        /** What the field of this name holds. */
        public Optional<Expression> field(String name) {
            return fields.stream().filter(field -> field.name().equals(name)).map(Field::value).findFirst();
        }
    }

    /**
     * A member of a struct.
     *
     * @param name empty when it has none
     */
    record Field(String name, Expression value) {
        public Field {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
        }
    }
}
