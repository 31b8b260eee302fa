package io.fourtuple.benchmarks.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransferTest {
    private static final Cell CELL = new Cell(1, 20, Fault.NONE, Congestion.CUBIC);

    private final Transfer transfer = new Transfer(CELL, 10_000, Duration.ofHours(1).toNanos(), 7);
    private final byte[] octets = transfer.next();

    @Test
    void shouldBeDoneWhenAllHasArrivedAndTheEnd() {
        send();
        transfer.received(octets, 0, 100);
        transfer.received(octets, 100, octets.length - 100);
        assertThat(transfer.whenDone()).isNotDone();

        transfer.endReceived();

        assertThat(transfer.whenDone()).isCompletedWithValue(transfer);
        assertThat(transfer.failure()).isEmpty();
        assertThat(transfer.receivedInTime()).isEqualTo(octets.length);
    }

    @Test
    void shouldFailWhenAnOctetIsWrong() {
        send();
        octets[1000] ^= 1;

        transfer.received(octets, 0, octets.length);
        transfer.endReceived();

        assertThat(transfer.failure().orElseThrow()).endsWith("octet 1000 is wrong");
    }

    @Test
    void shouldFailWhenSomethingIsMissingAtTheEnd() {
        send();

        transfer.received(octets, 0, octets.length - 1);
        transfer.endReceived();

        assertThat(transfer.failure().orElseThrow()).endsWith("octets have arrived of " + octets.length);
    }

    @Test
    void shouldFailWhenTheStreamEndsBeforeItsSenderHasEndedIt() {
        transfer.connected();
        transfer.sent(octets.length);
        transfer.received(octets, 0, octets.length);

        transfer.endReceived();

        assertThat(transfer.failure().orElseThrow()).endsWith("before its sender had ended it");
    }

    private void send() {
        transfer.connected();
        transfer.sent(octets.length);
        transfer.allSent();
    }
}
