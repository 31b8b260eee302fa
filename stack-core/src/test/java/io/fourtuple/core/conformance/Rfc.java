package io.fourtuple.core.conformance;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Which rules of an RFC a test holds the stack to: it fails when one of them is broken. {@code docs/conformance.md} is
 * written from these, and the build fails when a requirement of RFC 9293 has neither a test nor a reason.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Rfc.All.class)
public @interface Rfc {
    /** Its number, such as 9293. */
    int number();

    /** The rules: ids such as {@code MUST-12} where the RFC has them, as RFC 9293 does; else sections, {@code 5.3}. */
    String[] rules();

    /** Several RFCs on one test. */
    @Documented
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface All {
        /** Each of them. */
        Rfc[] value();
    }
}
