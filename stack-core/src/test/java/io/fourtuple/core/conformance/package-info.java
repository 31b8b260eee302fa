/** What tests say of themselves: which rule of an RFC, and which attack, they show the stack's answer to. */
package io.fourtuple.core.conformance;
