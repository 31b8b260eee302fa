package io.fourtuple.api.javadsl;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.TLSProtocol;
import org.apache.pekko.stream.TLSRole;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.TLS;
import org.apache.pekko.util.ByteString;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Success;
import scala.util.Try;

/** Pekko's TLS between the octets of a connection and those of the application: joined to the connection's flow. */
final class TlsFlows {
    private TlsFlows() {}

    /**
     * With engines that are set up by the caller.
     *
     * @param createEngine makes a new engine for each connection
     * @param verifySession sees the session after the handshake; what it returns fails the connection
     * @param closing what ends the connection when one direction of TLS has ended
     */
    static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> of(
            Supplier<SSLEngine> createEngine,
            Function<SSLSession, Optional<Throwable>> verifySession,
            TLSClosing closing) {
        return unwrapped(org.apache.pekko.stream.scaladsl.TLS.apply(
                        createEngine::get, session -> verdict(verifySession.apply(session)), closing)
                .asJava());
    }

    /** With the engines that Pekko makes from a context. */
    @SuppressWarnings("deprecation") // the API that needs it is deprecated for the same reason
    static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> of(
            SSLContext context, TLSProtocol.NegotiateNewSession session, TLSRole role) {
        return unwrapped(TLS.create(context, session, role));
    }

    private static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> unwrapped(
            BidiFlow<TLSProtocol.SslTlsOutbound, ByteString, ByteString, TLSProtocol.SslTlsInbound, NotUsed> tls) {
        Flow<ByteString, TLSProtocol.SslTlsOutbound, NotUsed> send =
                Flow.<ByteString>create().map(TLSProtocol.SendBytes::new);
        // Other kinds of inbound say how TLS ended, which a flow of octets cannot.
        Flow<TLSProtocol.SslTlsInbound, ByteString, NotUsed> receive = Flow.<TLSProtocol.SslTlsInbound>create()
                .collectType(TLSProtocol.SessionBytes.class)
                .map(TLSProtocol.SessionBytes::bytes);
        return BidiFlow.fromFlows(send, receive).atop(tls).reversed();
    }

    private static Try<BoxedUnit> verdict(Optional<Throwable> objection) {
        return objection.<Try<BoxedUnit>>map(Failure::new).orElseGet(() -> new Success<>(BoxedUnit.UNIT));
    }
}
