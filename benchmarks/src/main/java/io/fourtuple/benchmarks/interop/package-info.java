/** This stack and the kernel of this machine, speaking TCP with each other over a link with faults. */
package io.fourtuple.benchmarks.interop;
