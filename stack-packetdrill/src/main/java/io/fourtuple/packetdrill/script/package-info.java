/** The language of packetdrill: what a script says, and how it is read. Nothing here knows a stack. */
package io.fourtuple.packetdrill.script;
