package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.TextRange;
import org.junit.jupiter.api.Test;

final class TestErrorPlace {
    @Test
    void countsLinesAsTheLexerDoes() {
        assertThat(ErrorPlace.show("SELECT 1\rFROM x", new TextRange(2, 6, 2, 6)))
                .isEqualTo("  line 2: FROM x\n               ^\n");
    }

    @Test
    void putsCaretsUnderThePlace() {
        assertThat(ErrorPlace.show("SELECT layr FROM experts", new TextRange(1, 8, 1, 11)))
                .isEqualTo("  SELECT layr FROM experts\n         ^^^^\n");
    }

    @Test
    void namesTheLineOfALongerText() {
        assertThat(ErrorPlace.show("SELECT 1\nFROM\texprts", new TextRange(2, 6, 2, 11)))
                .isEqualTo("  line 2: FROM\texprts\n              \t^^^^^^\n");
    }

    @Test
    void pointsBehindTheEndWhereSomethingIsMissing() {
        assertThat(ErrorPlace.show("SELECT", new TextRange(1, 7, 1, 7))).isEqualTo("  SELECT\n        ^\n");
    }
}
