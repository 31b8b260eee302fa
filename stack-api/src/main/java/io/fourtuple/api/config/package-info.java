/** Reading a configuration strictly: a key that is unknown or a value that makes no sense is one clear sentence. */
package io.fourtuple.api.config;
