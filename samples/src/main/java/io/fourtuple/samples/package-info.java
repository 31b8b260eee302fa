/** Programs to run, one command each: see {@code ./run}. */
package io.fourtuple.samples;
