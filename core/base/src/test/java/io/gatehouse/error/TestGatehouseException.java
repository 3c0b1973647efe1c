package io.gatehouse.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestGatehouseException {
    @ParameterizedTest
    @CsvSource(textBlock = """
            There is no file x              | There is no file x.
            There is no file x.             | There is no file x.
            did you mean anatomy?           | did you mean anatomy?
            """, delimiter = '|')
    void itsMessageEndsAsASentence(String text, String message) {
        assertThat(new GatehouseException(ErrorCode.INVALID_ARGUMENT, text)).hasMessage(message);
        assertThat(new GatehouseException(ErrorCode.INVALID_ARGUMENT, text, new TextRange(1, 1, 1, 1)))
                .hasMessage(message);
    }

    @Test
    void anEmptyOneStaysThat() {
        assertThat(new GatehouseException(ErrorCode.INTERNAL_ERROR, "")).hasMessage("");
    }
}
