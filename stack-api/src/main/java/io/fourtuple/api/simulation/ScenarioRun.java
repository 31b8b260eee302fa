package io.fourtuple.api.simulation;

import io.fourtuple.core.FaultPoints;
import io.fourtuple.nic.loop.Buggify;
import io.fourtuple.nic.loop.Journal;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How one run of a scenario has ended.
 *
 * @param at the virtual time of its end
 * @param failure what it has thrown, if it has
 * @param faults which fault points were on, as {@link Buggify} tells it; empty when none was asked about
 */
record ScenarioRun(Duration at, Optional<Throwable> failure, String faults) {

    /**
     * Runs a scenario from a seed, on the calling thread.
     *
     * @param withFaults whether fault points fire
     * @param journal gets what happens until the scenario is through
     */
    @SuppressWarnings("CatchingUnchecked") // whatever it is, it is the outcome
    static ScenarioRun of(Supplier<? extends Scenario> scenarios, long seed, boolean withFaults, Journal journal) {
        Duration at = Duration.ZERO;
        FaultPoints faults = FaultPoints.NEVER;
        Throwable failure = null;
        try {
            Scenario scenario = scenarios.get();
            SimulationConfig config = scenario.configure(SimulationConfig.ofSeed(seed)).withSeed(seed);
            try (Simulation simulation = Simulation.start(config)) {
                faults = withFaults ? new Buggify(simulation.time()) : FaultPoints.NEVER;
                simulation.time().setFaults(faults);
                simulation.time().setJournal(journal);
                try {
                    scenario.run(simulation);
                } finally {
                    at = simulation.now();
                    // What its end does is of no interest to anybody.
                    simulation.time().setJournal(Journal.NONE);
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
        return new ScenarioRun(at, Optional.ofNullable(failure), withFaults ? faults.toString() : "");
    }

    /**
     * Makes objects of a class.
     *
     * @throws IllegalArgumentException when it has no constructor without parameters
     */
    static <S extends Scenario> Supplier<S> instancesOf(Class<S> type) {
        Constructor<S> constructor;
        try {
            constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException("scenario " + type.getName() + " needs a constructor without parameters,"
                    + " and to be a static class when it is inside another one", e);
        }
        return () -> {
            try {
                return constructor.newInstance();
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException(
                        "scenario " + type.getName() + " cannot be made: " + e.getCause(), e.getCause());
            } catch (InstantiationException | IllegalAccessException e) {
                throw new IllegalArgumentException("scenario " + type.getName() + " cannot be made: " + e, e);
            }
        };
    }
}
