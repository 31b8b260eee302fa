/**
 * The side-by-side lab: kernel clients in a network namespace against this stack on a TAP device and against Pekko's
 * own Tcp on a veth pair, alternating in one run. {@link io.fourtuple.benchmarks.Main} is the harness; {@link
 * io.fourtuple.benchmarks.LoadServer} and {@link io.fourtuple.benchmarks.LoadClient} are the processes it starts.
 */
package io.fourtuple.benchmarks;
