/** A TCP/IP stack in an actor system: {@link io.fourtuple.api.Stack} starts one, {@code javadsl.Tcp} uses it. */
package io.fourtuple.api;
