package io.fourtuple.nic.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalComparisonTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("journal");
    }

    private void record(Consumer<VirtualTime> run) {
        try (VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO);
                JournalRecorder recorder = new JournalRecorder(file)) {
            time.setJournal(recorder);
            run.accept(time);
        }
    }

    private Optional<NonDeterminismException> compare(Consumer<VirtualTime> run) {
        try (VirtualTime time = new VirtualTime(1, VirtualTime.Order.FIFO);
                JournalComparison comparison = new JournalComparison(file)) {
            time.setJournal(comparison);
            run.accept(time);
            comparison.finish();
            return comparison.difference();
        }
    }

    private static void someNotes(VirtualTime time) {
        for (int i = 0; i < 100_000; i++) {
            time.note("source " + i % 300, i * 0x123456789abcL);
            time.runUntil(i * 1_000_003L * (i % 100));
        }
        time.note("negative", -1);
        time.random("draws").nextLong();
    }

    @Test
    void shouldFindNoDifferenceWhereThereIsNone() {
        record(JournalComparisonTest::someNotes);

        assertThat(compare(JournalComparisonTest::someNotes)).isEmpty();
    }

    @Test
    void shouldSayWhenWhoWhichAndWhat() {
        record(time -> {
            time.note("a", 5);
            time.note("b", 1);
            time.runUntil(1_500_000_000);
            time.note("a", 6);
        });
        NonDeterminismException found = compare(time -> {
            time.note("a", 5);
            time.note("b", 1);
            time.runUntil(1_500_000_000);
            noteAnotherValue(time);
            time.note("a", 8);
        }).orElseThrow();

        assertThat(found).hasMessage("non-determinism detected at PT1.5S: the first run noted 6 as number 2 of \"a\","
                + " the second noted 7 as number 2 of \"a\"");
        assertThat(found.getCause().getStackTrace())
                .anyMatch(at -> at.getMethodName().equals("noteAnotherValue"));
    }

    private static void noteAnotherValue(VirtualTime time) {
        try {
            time.note("a", 7);
        } finally {
            time.note("a", 9); // is not the first difference
        }
    }

    @Test
    void shouldNoticeAnotherSourceAndAnotherTime() {
        record(time -> time.note("a", 5));

        assertThat(compare(time -> time.note("b", 5)).orElseThrow())
                .hasMessageEndingWith("5 as number 1 of \"a\", the second noted 5 as number 1 of \"b\"");
        assertThat(compare(time -> {
            time.runUntil(7);
            time.note("a", 5);
        }).orElseThrow()).hasMessage("non-determinism detected at PT0S: the first run noted 5 as number 1 of \"a\", the"
                + " second noted 5 as number 1 of \"a\" at PT0.000000007S");
    }

    @Test
    void shouldNoticeMoreAndLess() {
        record(time -> time.note("a", 5));

        assertThat(compare(_ -> {}).orElseThrow())
                .hasMessageEndingWith("the first run noted 5 as number 1 of \"a\", the second noted nothing more");
        assertThat(compare(time -> {
            time.note("a", 5);
            time.note("c", 4);
        }).orElseThrow())
                .hasMessageEndingWith("the first run noted nothing more, the second noted 4 as number 1 of \"c\"");
    }

    @Test
    void shouldEndTheRunAtTheDifferenceWhateverCatchesExceptions() {
        record(time -> time.random("a").nextLong());

        assertThatThrownBy(() -> compare(time -> {
            time.timer(() -> time.note("b", 1)).arm(10);
            time.timer(() -> time.note("b", 1)).arm(20);
            time.runUntil(30);
        })).isInstanceOf(NonDeterminismException.class).hasMessageContaining("10 as number 1 of \"timers\"");
    }

    @Test
    void shouldSayWhereADeadlineCameFrom() {
        record(time -> time.timer(() -> {}).arm(10));

        assertThat(compare(time -> time.timer(() -> {}).arm(11)).orElseThrow().getCause().getStackTrace())
                .anyMatch(at -> at.getMethodName().contains("shouldSayWhereADeadlineCameFrom"));
    }

    @Test
    void shouldRefuseWhatIsNoJournal() throws IOException {
        assertThatThrownBy(() -> new JournalComparison(file)).isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("cannot read the journal " + file);
        Files.writeString(file, "something else");
        assertThatThrownBy(() -> new JournalComparison(file)).hasMessageEndingWith("it is none");
    }

    @Test
    void shouldRefuseAJournalThatIsCutOffOrDamaged() throws IOException {
        record(time -> time.note("a", 5));
        byte[] whole = Files.readAllBytes(file);
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        Files.write(file, cut);
        assertThatThrownBy(() -> compare(time -> time.note("a", 5)))
                .hasMessageEndingWith("the run that wrote it has not come to its end");
        cut[Long.BYTES] = 9;
        Files.write(file, cut);
        assertThatThrownBy(() -> compare(time -> time.note("a", 5))).hasMessageEndingWith("it is damaged");
    }

    @Test
    void shouldSayWhenItCannotWrite() {
        assertThatThrownBy(() -> new JournalRecorder(directory)).isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("cannot write the journal " + directory);
    }

    @Test
    void shouldTakeFewOctets() throws IOException {
        record(time -> {
            for (int i = 0; i < 10_000; i++) {
                time.note("a", i);
            }
        });

        assertThat(Files.size(file)).isLessThan(10_000 * 10 + 30);
    }
}
