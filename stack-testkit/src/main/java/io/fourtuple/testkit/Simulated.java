package io.fourtuple.testkit;

import io.fourtuple.nic.loop.VirtualTime;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A test in a {@link io.fourtuple.api.simulation.Simulation}: on a method in place of {@code @Test}, or on a class for
 * its tests of other kinds. The one of a method counts alone, whatever its class has.
 *
 * <pre>{@code
 * @Simulated(runs = 20, faults = true)
 * void shouldDeliverEverything(Simulation simulation, SimulatedHost client, SimulatedHost server) { … }
 * }</pre>
 *
 * <p>The test method, and the methods before and after each test, may take parameters, in any order:
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><td>{@code Simulation}</td><td>it begins when the first of these parameters is asked for</td></tr>
 * <tr><td>{@code SimulatedHost}</td><td>the host that is called like the parameter, or as {@link Host} says</td></tr>
 * <tr><td>{@code SimulatedNetwork}</td><td>its links</td></tr>
 * <tr><td>{@code VirtualTime}</td><td>its clock</td></tr>
 * <tr><td>{@code RandomGenerator}</td><td>random numbers by the seed, a source for each name of a parameter</td></tr>
 * </table>
 *
 * <p>When the test fails, one block on standard output says with which seed and when, how to run that alone, and where
 * the packets are. Whatever happens the simulation is closed after the test; what fails there fails the test.
 *
 * <p>A run that is given with {@code -Dfourtuple.simulation.seed=N} is done alone, whatever stands here;
 * {@code -Dfourtuple.simulation.runs=N} is another number of {@link #runs}. Both are configuration parameters of JUnit,
 * too.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@TestTemplate
@ExtendWith(SimulationExtension.class)
@Execution(ExecutionMode.SAME_THREAD) // the first seed that fails is the lowest
public @interface Simulated {
    /** Stands for a seed that follows from the names of class and method: the same in each build. */
    long BY_NAME = Long.MIN_VALUE;

    /** The seed of the first run. */
    long seed() default BY_NAME;

    /**
     * How many runs there are, 1 to 1,000,000: with {@link #seed}, the next one, and so on. After one that fails the
     * others are not run. For methods that are themselves {@code @Simulated}.
     */
    int runs() default 1;

    /** In which order tasks run that are ready at the same time. */
    VirtualTime.Order order() default VirtualTime.Order.FIFO;

    /** When the packets of all links are left in a file: pcapng, with comments that say why each was sent. */
    Capture capture() default Capture.ON_FAILURE;

    /** Whether fault points fire, in each run as its seed says: {@link io.fourtuple.nic.loop.Buggify}. */
    boolean faults() default false;

    /**
     * Whether each run that passes is repeated in another JVM, which takes seconds, and the test fails when anything is
     * not the same there: {@link io.fourtuple.api.simulation.DeterminismCheck}.
     */
    boolean verify() default false;

    /** When packets are left in a file. */
    enum Capture {
        /** When the test fails. */
        ON_FAILURE,
        /** Always. */
        ALWAYS,
        /** Never. Nothing is written meanwhile, either, so that the test is faster, or may capture packets itself. */
        NEVER
    }
}
