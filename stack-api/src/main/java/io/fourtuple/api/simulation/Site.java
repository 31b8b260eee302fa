package io.fourtuple.api.simulation;

import io.fourtuple.nic.sim.Uplink;

/**
 * One of the simulations of a {@link ParallelSimulation}, with its way to the others. Confined to its thread: to be
 * used within what {@link ParallelSimulation#onEach} and {@link ParallelSimulation#await} call, and by what runs in it.
 *
 * @param number which one, from 0
 * @param simulation its hosts, its network and its time; only the parallel simulation lets time pass
 * @param uplink the way to the others, not connected yet: {@code someSwitch.connect(uplink)}
 */
public record Site(int number, Simulation simulation, Uplink uplink) {}
