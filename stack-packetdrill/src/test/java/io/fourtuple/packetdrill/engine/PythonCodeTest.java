package io.fourtuple.packetdrill.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonCodeTest {
    private static final Map<String, Long> FIELDS = Map.of("tcpi_snd_cwnd", 10L, "tcpi_options", 7L);

    private final PythonCode code = new PythonCode();

    private void run(String text) {
        code.run(text, name -> Optional.ofNullable(FIELDS.get(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "assert tcpi_snd_cwnd == 10", "assert tcpi_snd_cwnd != 9, tcpi_snd_cwnd", "assert 9 < tcpi_snd_cwnd <= 10",
        "assert (tcpi_options & 0x2) != 0", "assert not (tcpi_options & 8)", "assert 2 + 3 * 4 == 14",
        "assert -7 // 2 == -4 and ~0 == -1", "assert 1 << 3 | 1 == 9", "print(tcpi_snd_cwnd)", "print tcpi_snd_cwnd",
        "cwnd = 4; cwnd += 6; assert tcpi_snd_cwnd == cwnd, 'cwnd=%d' % tcpi_snd_cwnd",
        "\n  assert tcpi_snd_cwnd == 10\n  assert True # yes\n", "assert 8 <= tcpi_snd_cwnd, \\\n  tcpi_snd_cwnd"
    })
    void shouldHold(String text) {
        assertThatCode(() -> run(text)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "assert tcpi_snd_cwnd == 11", "assert 10 < tcpi_snd_cwnd < 12", "assert (tcpi_options & 8) != 0",
        "assert False or 0", "assert not 1"
    })
    void shouldFail(String text) {
        assertThatThrownBy(() -> run(text)).isInstanceOf(ScriptFailure.class).hasMessageContaining("does not hold");
    }

    @Test
    void shouldSayWhatTheNamesWere() {
        assertThatThrownBy(() -> run("assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd"))
                .hasMessage("assert tcpi_snd_cwnd == 11 does not hold: tcpi_snd_cwnd is 10");
    }

    @Test
    void shouldKeepVariables() {
        run("cwnd = 9");
        run("cwnd += 1; assert cwnd == tcpi_snd_cwnd");
    }

    @Test
    void shouldNotGuess() {
        assertThatThrownBy(() -> run("assert tcpi_what == 1")).isInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> run("import os")).isInstanceOf(ScriptFailure.class);
        assertThatThrownBy(() -> run("assert 1 == 1 )")).isInstanceOf(ScriptFailure.class);
    }
}
