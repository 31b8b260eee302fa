/** Conversations of a capture, brought before a stack again. */
package io.fourtuple.nic.replay;
