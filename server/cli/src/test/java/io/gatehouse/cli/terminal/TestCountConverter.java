package io.gatehouse.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class TestCountConverter {
    @Test
    void takesUnits() {
        assertThat(new CountConverter().convert("250k")).isEqualTo(250_000);
        assertThat(new CountConverter().convert("7")).isEqualTo(7);
    }

    @Test
    void refusesWhatIsTooMuch() {
        assertThatThrownBy(() -> new CountConverter().convert("99999999999G"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("is too large");
    }
}
