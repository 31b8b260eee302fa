package io.fourtuple.api.actor;

/**
 * The first message to a listener and to an acceptor. Their mailbox consumes it: a mailbox type is built once for all
 * sockets and cannot know the bounds of one.
 */
record Attach(ListenQueues queues) {}
