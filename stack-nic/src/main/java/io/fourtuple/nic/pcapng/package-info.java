/** Captures in the pcapng format, in plain Java, and the decorator that captures what a NIC carries. */
package io.fourtuple.nic.pcapng;
