/** Runs scripts: time, packets in and out, calls, commands and code, each checked against what the script says. */
package io.fourtuple.packetdrill.engine;
