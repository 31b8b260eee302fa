package io.fourtuple.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which host of the simulation a parameter of type {@link io.fourtuple.api.simulation.SimulatedHost} is to be. The
 * one of this name; it is made when it is not there yet.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Host {
    /** Its name: letters, digits, {@code -} and {@code _}. */
    String value();

    /** Its addresses, with the lengths of their prefixes, such as {@code 10.77.1.2/24}; none for the next free ones. */
    String[] addresses() default {};
}
