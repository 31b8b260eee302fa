/** Frames, packets and segments as bytes: parsing with every length checked, and writing. */
package io.fourtuple.core.wire;
