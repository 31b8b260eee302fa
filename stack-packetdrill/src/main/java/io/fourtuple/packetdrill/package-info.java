/** {@code ./run packetdrill}: runs scripts, says which fail and where, and whether the tests can fail at all. */
package io.fourtuple.packetdrill;
