/** Ethernet in UDP (VXLAN, RFC 7348), by {@code java.nio} alone. */
package io.fourtuple.nic.vxlan;
