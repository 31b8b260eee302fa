/**
 * A network in virtual time: hosts' NICs, links with the faults of real ones, switches and routers. The same seed gives
 * the same frames, octet for octet and at the same times.
 */
package io.fourtuple.nic.sim;
