package io.fourtuple.samples.it;

import io.fourtuple.nic.NetworkNamespace;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that make TAP devices and network namespaces: skipped, with one line on standard output, where nobody may. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsTap.Condition.class)
@interface NeedsTap {
    /** Looks for root and the TUN driver. */
    final class Condition implements ExecutionCondition {
        private static final AtomicBoolean SAID = new AtomicBoolean();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<String> obstacle = NetworkNamespace.obstacle();
            if (obstacle.isEmpty()) {
                return ConditionEvaluationResult.enabled("root, with /dev/net/tun");
            }
            String reason = "skipped, " + obstacle.get() + ": tests against the kernel need root and /dev/net/tun";
            if (!SAID.getAndSet(true)) {
                System.out.println(reason);
            }
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
