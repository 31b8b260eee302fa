/** IP, ARP, NDP and ICMP of one host without I/O. */
package io.fourtuple.core.ip;
