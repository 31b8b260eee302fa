package io.fourtuple.benchmarks.interop;

/**
 * How busy the machine was.
 *
 * @param share of its CPUs that worked, 0 to 1
 * @param own share of its CPUs that worked for this process: the relay, both kernels and our stacks
 */
record Load(double share, double own) {}
