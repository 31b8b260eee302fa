/** The TCP machine of RFC 9293 without I/O: segments, user calls and the time go in, segments and events come out. */
package io.fourtuple.core.tcp;
