/** Deadlines, kept by whoever owns a clock. */
package io.fourtuple.core.time;
