/** The few system calls that the NICs and the loop need. Not for applications. */
package io.fourtuple.nic.sys;
