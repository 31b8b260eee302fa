package io.fourtuple.packetdrill.engine;

import io.fourtuple.api.socket.ControlMessage;
import io.fourtuple.api.socket.Message;
import io.fourtuple.packetdrill.script.Expression;
import io.fourtuple.packetdrill.script.Expression.Struct;
import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** Compares what recvmsg(2) has given with the {@code struct msghdr} of a script. */
final class ControlCheck {
    static final int IP_RECVERR = 11;
    static final int IPV6_RECVERR = 25;
    static final int SCM_TIMESTAMPING = 37;
    static final int TCP_CM_INQ = 36;

    private static final long SECOND = 1_000_000_000L;

    private final boolean v6;
    private final LongUnaryOperator scriptTime;
    private final long toleranceNanos;

    /**
     * @param v6 whether sockets are of IPv6
     * @param scriptTime what a time of the host is by the script's clock
     */
    ControlCheck(boolean v6, LongUnaryOperator scriptTime, long toleranceNanos) {
        this.v6 = v6;
        this.scriptTime = scriptTime;
        this.toleranceNanos = toleranceNanos;
    }

    /** Does nothing when they agree; fields that the script does not mention may have any value. */
    void compare(Struct wanted, Message given) {
        wanted.field("msg_flags").ifPresent(flags -> same("msg_flags", flags, given.flags()));
        Optional<Expression> control = wanted.field("msg_control");
        if (control.isEmpty() || control.get() instanceof Expression.Ellipsis) {
            return;
        }
        if (!(control.get() instanceof Expression.Array(List<Expression> items))) {
            throw new UnsupportedFeatureException("the control messages " + control.get());
        }
        if (items.size() != given.control().size()) {
            throw new ScriptFailure(items.size() + " control messages were expected, not " + given.control());
        }
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof Struct each)) {
                throw new UnsupportedFeatureException("the control message " + items.get(i));
            }
            compare(each, given.control().get(i));
        }
    }

    private void compare(Struct wanted, ControlMessage given) {
        switch (given) {
            case ControlMessage.Inq(int octets) -> {
                kind(wanted, "SOL_TCP", TCP_CM_INQ);
                same("TCP_CM_INQ", data(wanted), octets);
            }
            case ControlMessage.Timestamping(long nanos) -> {
                kind(wanted, "SOL_SOCKET", SCM_TIMESTAMPING);
                time(struct(data(wanted)), scriptTime.applyAsLong(nanos));
            }
            case ControlMessage.ExtendedError error -> {
                kind(wanted, v6 ? "SOL_IPV6" : "SOL_IP", v6 ? IPV6_RECVERR : IP_RECVERR);
                Struct fields = struct(data(wanted));
                fields.field("ee_errno").ifPresent(value -> same("ee_errno", value, error.errno()));
                fields.field("ee_origin").ifPresent(value -> same("ee_origin", value, error.origin()));
                fields.field("ee_type").ifPresent(value -> same("ee_type", value, error.type()));
                fields.field("ee_code").ifPresent(value -> same("ee_code", value, error.code()));
                fields.field("ee_info").ifPresent(value -> same("ee_info", value, error.info()));
                fields.field("ee_data").ifPresent(value -> same("ee_data", value, error.data()));
            }
        }
    }

    private static void kind(Struct wanted, String level, int type) {
        wanted.field("cmsg_level").ifPresent(
                value -> same("cmsg_level", value, Constants.of(level).orElseThrow()));
        wanted.field("cmsg_type").ifPresent(value -> same("cmsg_type", value, type));
    }

    private static Expression data(Struct wanted) {
        return wanted.field("cmsg_data").orElseGet(Expression.Ellipsis::new);
    }

    private static Struct struct(Expression data) {
        return switch (data) {
            case Struct fields -> fields;
            case Expression.Ellipsis _ -> new Struct(List.of());
            case Expression.Int _, Expression.Word _, Expression.Text _, Expression.Or _, Expression.Array _,
                    Expression.Call _ -> throw new UnsupportedFeatureException("the control data " + data);
        };
    }

    private void time(Struct wanted, long actual) {
        if (wanted.field("scm_sec").isEmpty() || wanted.field("scm_nsec").isEmpty()) {
            return;
        }
        long expected = Arguments.number(wanted.field("scm_sec").get()) * SECOND
                + Arguments.number(wanted.field("scm_nsec").get());
        if (Math.abs(expected - actual) > toleranceNanos) {
            throw new ScriptFailure("a time stamp of " + expected + " ns was expected, not " + actual);
        }
    }

    private static void same(String what, Expression wanted, long actual) {
        if (!(wanted instanceof Expression.Ellipsis) && Arguments.number(wanted) != actual) {
            throw new ScriptFailure(what + " " + Arguments.number(wanted) + " was expected, not " + actual);
        }
    }
}
