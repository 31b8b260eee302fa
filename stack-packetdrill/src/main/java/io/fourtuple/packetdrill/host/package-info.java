/** The host that a script is about: a real stack on its own NIC in virtual time, and how programs use it. */
package io.fourtuple.packetdrill.host;
