/**
 * The actors of a stack: {@link io.fourtuple.api.actor.StackActor} for each stack, below it two for each listening
 * socket and one for each connection, all on one event loop. What they share on that loop is in {@code Shard}.
 *
 * <p>Programs use {@link io.fourtuple.api.Stack} and the messages of {@link io.fourtuple.api.protocol}.
 */
package io.fourtuple.api.actor;
