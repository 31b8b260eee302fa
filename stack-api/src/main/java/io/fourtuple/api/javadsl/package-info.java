/**
 * The Streams API: {@link io.fourtuple.api.javadsl.Tcp} has the names, types, defaults and semantics of {@code
 * org.apache.pekko.stream.javadsl.Tcp}, so a program switches by changing that import and the line that looks the API
 * up.
 *
 * <p>The public class only puts graphs together. {@link io.fourtuple.api.javadsl.BindStage} is the listening socket,
 * {@link io.fourtuple.api.javadsl.ConnectionLogic} the data path of every connection; both speak {@link
 * io.fourtuple.api.protocol} with the stack's actors and nothing else.
 */
package io.fourtuple.api.javadsl;
