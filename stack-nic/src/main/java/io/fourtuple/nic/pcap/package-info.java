/** A network interface through libpcap. Needs pcap4j-core and JNA on the class path; no other package does. */
package io.fourtuple.nic.pcap;
