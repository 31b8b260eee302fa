/** What all layers of the core share: counters and the clock. */
package io.fourtuple.core;
