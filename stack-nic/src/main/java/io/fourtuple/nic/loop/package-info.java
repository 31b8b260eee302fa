/** The single-threaded event loop of a shard, and the Pekko dispatcher that runs actors on it. */
package io.fourtuple.nic.loop;
