package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.javadsl.Tcp;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What ends, ends alone: a listening socket, a connection, one direction of a connection. */
@NeedsTap
class IndependentConnectionsIT {
    private static final long SECONDS = 30;
    private static final int OCTETS = 3 << 20;

    private static TapLab lab;

    @BeforeAll
    static void start() throws Exception {
        lab = TapLab.start();
    }

    @AfterAll
    static void stop() throws Exception {
        lab.close();
    }

    @Test
    void shouldKeepConnectionsWhenTheirListenerCloses() throws Exception {
        Tcp.ServerBinding binding = lab.serve(TapLab.STACK, 1001, Flow.of(ByteString.class));
        lab.peer().ask("connect kept " + TapLab.STACK + " 1001");
        lab.peer().ask("echo kept 1000");

        binding.unbind().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);

        lab.peer().ask("echo kept " + OCTETS);
        assertThatThrownBy(() -> lab.peer().ask("connect late " + TapLab.STACK + " 1001"))
                .hasMessageContaining("ConnectionRefusedError");
        lab.peer().ask("close kept");
    }

    @Test
    void shouldKeepTheOthersWhenOneConnectionEnds() throws Exception {
        lab.serve(TapLab.STACK, 1002, Flow.of(ByteString.class));
        for (String name : new String[] {"first", "second", "third", "fourth"}) {
            lab.peer().ask("connect " + name + " " + TapLab.STACK + " 1002");
            lab.peer().ask("echo " + name + " 1000");
        }

        lab.peer().ask("close second");
        lab.peer().ask("reset third");

        lab.peer().ask("echo first " + OCTETS);
        lab.peer().ask("echo fourth " + OCTETS);
        lab.peer().ask("close first");
        lab.peer().ask("close fourth");
    }

    @Test
    void shouldGoOnWritingWhenThePeerHasShutItsSideDown() throws Exception {
        lab.serve(TapLab.STACK, 1003, Flow.of(ByteString.class)
                .fold(0L, (count, bytes) -> count + bytes.size())
                .flatMapConcat(count -> Source.repeat(ByteString.fromString("x".repeat(1000))).take(count / 1000)));
        lab.peer().ask("connect reader " + TapLab.STACK + " 1003");
        lab.peer().ask("send reader 2000000");

        lab.peer().ask("shutdown reader");

        assertThat(lab.peer().ask("recv reader -1")).startsWith("2000000 ");
        lab.peer().ask("close reader");
    }

    @Test
    void shouldGoOnReadingWhenItHasShutItsSideDown() throws Exception {
        var received = new CompletableFuture<Long>();
        lab.serve(TapLab.STACK, 1004, connection -> {
            CompletionStage<Long> count = Source.single(ByteString.fromString("that is all"))
                    .viaMat(connection.flow(), Keep.right())
                    .runWith(Sink.fold(0L, (sum, bytes) -> sum + bytes.size()), lab.system());
            count.whenComplete((sum, failure) -> {
                if (failure == null) {
                    received.complete(sum);
                } else {
                    received.completeExceptionally(failure);
                }
            });
        });
        lab.peer().ask("connect writer " + TapLab.STACK + " 1004");
        assertThat(lab.peer().ask("recv writer -1")).startsWith("11 ");

        lab.peer().ask("send writer " + OCTETS);
        lab.peer().ask("close writer");

        assertThat(received.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(OCTETS);
    }

    @Test
    void shouldShutItsSideDownAsClientAndReadOn() throws Exception {
        lab.peer().ask("listen server " + TapLab.KERNEL + " 1005");
        CompletionStage<Long> received = Source.single(ByteString.fromString("question"))
                .via(lab.tcp().outgoingConnection(TapLab.KERNEL, 1005))
                .runWith(Sink.fold(0L, (sum, bytes) -> sum + bytes.size()), lab.system());
        lab.peer().ask("accept server asked");
        assertThat(lab.peer().ask("recv asked -1")).startsWith("8 ");

        lab.peer().ask("send asked " + OCTETS);
        lab.peer().ask("close asked");

        assertThat(received.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS)).isEqualTo(OCTETS);
        lab.peer().ask("close server");
    }
}
