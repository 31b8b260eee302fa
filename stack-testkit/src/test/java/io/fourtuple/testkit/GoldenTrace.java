package io.fourtuple.testkit;

import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.api.simulation.TraceHash;

/** What {@link ReadmeSimulationTest} does, as a program that prints the hash of all frames of all links. */
final class GoldenTrace {
    /** As it is on every machine and in every JVM. A change of the stack that changes what it sends changes it. */
    static final String SHA256 = "dfabd6e7c5c2f9743c8f18cd3848f7ed108cfdd953c2228795c4e7a788acbf18";

    private GoldenTrace() {}

    static String run(long seed) {
        try (Simulation simulation = Simulation.start(SimulationConfig.ofSeed(seed))) {
            TraceHash hash = TraceHash.of(simulation.network());
            new ReadmeSimulationTest().shouldEchoTenMebibytes(
                    simulation, simulation.host("client"), simulation.host("server"));
            return hash.finish();
        }
    }

    public static void main(String[] arguments) {
        System.out.println(run(1));
    }
}
