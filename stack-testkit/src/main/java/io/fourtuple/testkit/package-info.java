/** Tests in virtual time, for JUnit 5: {@link io.fourtuple.testkit.Simulated} is all a test needs. */
package io.fourtuple.testkit;
