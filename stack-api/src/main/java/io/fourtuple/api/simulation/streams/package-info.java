/**
 * Connections of a simulation that wants no packets: octets take the time of the path and wait while there is none, and
 * that is all. Behind the same protocol as a stack, but without segments, windows of congestion and queues of routers,
 * it costs a fraction.
 */
package io.fourtuple.api.simulation.streams;
