/**
 * The messages between a program and a stack. All are immutable and may come from any actor on any dispatcher; the rest
 * of the API ({@code javadsl}, the samples) is written against these.
 */
package io.fourtuple.api.protocol;
