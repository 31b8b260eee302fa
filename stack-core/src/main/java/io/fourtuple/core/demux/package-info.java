/** Finding the owner of a segment: by 4-tuple, then by listening address. */
package io.fourtuple.core.demux;
