package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.jline.reader.EOFError;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.Test;

final class TestStatementParser {
    private final StatementParser parser = new StatementParser();

    @Test
    void waitsForTheSemicolonOfAStatementOnly() {
        for (String line : new String[] {"", ".tables", "help", " Exit ", "quit", "\\?", "SELECT 1;"}) {
            assertThat(parser.parse(line, 0, ParseContext.ACCEPT_LINE).line()).isEqualTo(line);
        }
        assertThatExceptionOfType(EOFError.class)
                .isThrownBy(() -> parser.parse("SELECT help", 0, ParseContext.ACCEPT_LINE));
    }

    @Test
    void someCommandsNeedNoDot() {
        assertThat(ShellCommand.is("helpful")).isFalse();
        assertThat(ShellCommand.is("EXIT")).isTrue();
    }
}
