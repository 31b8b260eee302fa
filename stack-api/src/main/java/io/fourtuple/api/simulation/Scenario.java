package io.fourtuple.api.simulation;

/**
 * What happens in a simulation, for whoever runs it many times: a {@link SeedSearch}, a {@link DeterminismCheck}. It
 * makes hosts and links, lets time pass, and throws when something is not as it should be.
 *
 * <p>Everything it does follows from the simulation: it draws from {@link Simulation#random} alone, reads no other
 * clock and starts no thread. A class that implements it has a constructor without parameters, and each run gets an
 * object of its own.
 */
@FunctionalInterface
public interface Scenario {
    /** Changes how the simulation is set up; the seed stays what it is. */
    default SimulationConfig configure(SimulationConfig config) {
        return config;
    }

    /**
     * Runs it, on the thread of the simulation, which is closed afterwards.
     *
     * @throws Exception when what was to be shown is not so; so does an {@link Error}, such as that of an assertion
     */
    void run(Simulation simulation) throws Exception;
}
