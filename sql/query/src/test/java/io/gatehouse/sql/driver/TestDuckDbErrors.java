package io.gatehouse.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

final class TestDuckDbErrors {
    @Test
    void theClauseAndThePlaceAreNamed() {
        assertThat(message("""
                        Parser Error: syntax error at or near ","

                        LINE 2: FROM ("token_routing" AS "q", LATERAL (SELECT "x"
                                                            ^""")).isEqualTo("This form of statement is not supported; the fault is in FROM at ,.");
        assertThat(message("""
                        Parser Error: syntax error at or near "NULL"

                        LINE 1: ... CAST((1, 2) AS ROW("a from b" INTEGER NULL))
                                                                          ^^^^""")).isEqualTo("This form of statement is not supported; the fault is in ROW at NULL.");
        assertThat(message("Catalog Error: Type with name INTERVAL_SECOND does not exist!"))
                .isEqualTo("This form of statement is not supported.");
        assertThat(message("""
                        Binder Error: Values list "$cor80" does not have a column named "experts0"

                        LINE 1: SELECT "$cor80"."experts0"
                                       ^"""))
                .isEqualTo("This form of statement is not supported; the fault is in SELECT at \"$cor80\".");
    }

    @Test
    void aDefectOfDuckDbIsCalledSo() {
        GatehouseException failure = DuckDbErrors.translate(new SQLException(
                "INTERNAL Error: Attempted to access index 0 within vector of size 0\n\nStack Trace:\n0 duckdb"));
        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL_ERROR);
        assertThat(failure)
                .hasMessage(
                        "DuckDB failed with an internal error, which is a defect of DuckDB: Attempted to access index 0 within vector of size 0. Write the statement in another form.");
    }

    @Test
    void whatTheUserCanMendIsSaidInDuckDbsWords() {
        GatehouseException failure = DuckDbErrors.translate(new SQLException(
                "Binder Error: The \"arg\" argument in function \"listagg\" must be a constant expression"));
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(failure).hasMessageContaining("must be a constant expression.");
    }

    private static String message(String duckDb) {
        GatehouseException failure = DuckDbErrors.translate(new SQLException(duckDb));
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_NOT_SUPPORTED);
        return String.valueOf(failure.getMessage());
    }
}
