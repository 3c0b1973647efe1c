package io.gatehouse.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestStatusLine {
    private static final String TEXT = " 50%  780 of 1,560 questions  4,211 tokens/s  3 min 05 s left";

    @Test
    void drawsBarAndTextWhereThereIsRoom() {
        assertThat(StatusLine.drawn(0.5, TEXT, 120)).isEqualTo("█".repeat(15) + "░".repeat(15) + " " + TEXT);
    }

    @Test
    void doesNotWrapInATerminalThatBecameNarrower() {
        assertThat(StatusLine.redrawn(0.5, TEXT, 120))
                .startsWith("\r\u001b[K\u001b[?7l█")
                .endsWith(" left\u001b[?7h");
        assertThat(StatusLine.redrawn(0.5, TEXT, 0))
                .as("a terminal that does not tell its width")
                .contains(StatusLine.drawn(0.5, TEXT, 80));
    }

    @Test
    void neverFillsALineOfTheTerminal() {
        for (int columns = 3; columns < 120; columns++) {
            assertThat(StatusLine.drawn(0.5, TEXT, columns)).hasSizeLessThan(columns);
        }
        assertThat(StatusLine.drawn(0.5, TEXT, 80))
                .startsWith("█████░░░░░  50%")
                .endsWith(" left");
        assertThat(StatusLine.drawn(0.5, TEXT, 40)).isEqualTo("█████░░░░░  50%  780 of 1,560 question…");
    }
}
