/** Network interfaces: what one is, one of memory, and the actor that reads it. */
package io.fourtuple.nic;
