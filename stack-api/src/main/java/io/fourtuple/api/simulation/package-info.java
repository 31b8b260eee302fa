/** Whole systems in virtual time: hosts with stacks on a simulated network, the same bytes for the same seed. */
package io.fourtuple.api.simulation;
