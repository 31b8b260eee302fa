package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpInfo;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who does not read is not written to: the window carries demand from a stream to the program at the other end. */
@NeedsTap
class BackpressureIT {
    private static final int RECEIVE_BUFFER = 256 * 1024;
    private static final int SEND_BUFFER = 256 * 1024;
    private static final int MSS = 1460;
    private static final int OCTETS = 32 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static TapLab lab;

    @BeforeAll
    static void start() throws Exception {
        TcpConfig tcp = TcpConfig.defaults()
                .withReceiveBuffer(TcpConfig.BufferLimits.fixed(RECEIVE_BUFFER))
                .withSendBuffer(TcpConfig.BufferLimits.fixed(SEND_BUFFER));
        lab = TapLab.start(config -> config.withTcp(tcp));
    }

    @AfterAll
    static void stop() throws Exception {
        lab.close();
    }

    @Test
    void shouldTakeAtMostItsReceiveBufferWhileTheSinkIsStalled() throws Exception {
        BlockingQueue<GatedSink.Gate> gates = new LinkedBlockingQueue<>();
        lab.serve(TapLab.STACK, 2001, connection -> gates.add(stall(connection)));
        lab.peer().ask("connect pushing " + TapLab.STACK + " 2001");
        GatedSink.Gate gate = gates.poll(20, TimeUnit.SECONDS);
        long probesBefore = Long.parseLong(lab.peer().ask("counter TcpExt.TCPWinProbe"));
        lab.peer().ask("offer pushing " + OCTETS);

        await("window closed").atMost(PATIENCE).until(() -> lab.connectionTo(2001).receiveQueue() > 0
                && lab.peer().ask("ss -tino dst " + TapLab.STACK + " dport = :2001").contains("persist"));
        long segmentsBefore = lab.connectionTo(2001).segmentsOut();
        await("zero-window probes").atMost(PATIENCE)
                .until(() -> Long.parseLong(lab.peer().ask("counter TcpExt.TCPWinProbe")) >= probesBefore + 3);

        await("answers to the probes").atMost(PATIENCE)
                .until(() -> lab.connectionTo(2001).segmentsOut() >= segmentsBefore + 2);
        TcpInfo stalled = lab.connectionTo(2001);
        assertThat(stalled.bytesReceived()).isBetween(1L, (long) RECEIVE_BUFFER + MSS);
        assertThat(gate.count()).isZero();

        gate.open();
        String digest = lab.peer().ask("sent pushing");
        lab.peer().ask("shutdown pushing");
        assertThat(gate.digest(PATIENCE)).isEqualTo(digest);
        assertThat(gate.count()).isEqualTo(OCTETS);
    }

    @Test
    void shouldServeOneConnectionWhileAThousandAreStalled() throws Exception {
        lab.serve(TapLab.STACK, 2002, BackpressureIT::stall);
        lab.serve(TapLab.STACK, 2003, Flow.of(ByteString.class));
        lab.peer().ask("fill stalled " + TapLab.STACK + " 2002 1000 100000");

        lab.peer().ask("connect lively " + TapLab.STACK + " 2003");
        lab.peer().ask("echo lively " + OCTETS);

        lab.peer().ask("close lively");
        for (int i = 0; i < 1000; i++) {
            lab.peer().ask("reset stalled" + i);
        }
    }

    @Test
    void shouldStopPullingTheSourceWhenThePeerDoesNotRead() throws Exception {
        int chunk = 16 * 1024;
        var pulled = new AtomicLong();
        Source<ByteString, NotUsed> source = Source.repeat(ByteString.fromArray(new byte[chunk]))
                .take(OCTETS / chunk)
                .map(bytes -> {
                    pulled.addAndGet(bytes.size());
                    return bytes;
                });
        lab.serve(TapLab.STACK, 2004, Flow.fromSinkAndSource(Sink.ignore(), source));
        long fullBefore = Long.parseLong(lab.peer().ask("counter TcpExt.TCPToZeroWindowAdv"));
        lab.peer().ask("connect lazy " + TapLab.STACK + " 2004 65536");

        await("window of the peer closed").atMost(PATIENCE)
                .until(() -> Long.parseLong(lab.peer().ask("counter TcpExt.TCPToZeroWindowAdv")) > fullBefore);
        await("send buffer full").atMost(PATIENCE)
                .until(() -> sendQueue() >= SEND_BUFFER - chunk);

        // The kernel doubles what a program asks for; the stage holds a chunk or two besides.
        assertThat(pulled.get()).isLessThanOrEqualTo(SEND_BUFFER + 2 * 65536 + 4 * chunk);
        assertThat(lab.peer().ask("recv lazy -1")).startsWith(OCTETS + " ");
    }

    private static GatedSink.Gate stall(Tcp.IncomingConnection connection) {
        return Source.<ByteString>maybe().via(connection.flow()).runWith(Sink.fromGraph(new GatedSink()), lab.system());
    }

    private static int sendQueue() {
        TcpInfo info = lab.connectionTo(2004);
        return info.unacknowledged() + info.unsent();
    }
}
