package io.gatehouse.sql;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.TextRange;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is said about a statement that is not run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestCheck {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @Test
    void aStatementThatRunsIsFine() {
        assertThat(engine.check("SELECT layer, count(*) FROM activations GROUP BY ALL;"))
                .isEmpty();
        assertThat(engine.check("DESCRIBE runs")).isEmpty();
        assertThat(engine.check("EXPLAIN ANALYZE FROM activations")).isEmpty();
    }

    @Test
    void nothingIsWrongWithNothing() {
        assertThat(engine.check("")).isEmpty();
        assertThat(engine.check(" \n -- to be written")).isEmpty();
    }

    @Test
    void anUnknownNameIsShownWithTheNearestOne() {
        Diagnostic wrong = only("SELECT subject,\n  anwser FROM questions");
        assertThat(wrong.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(wrong.sqlState()).isEqualTo("42000");
        assertThat(wrong.message()).contains("anwser").contains("did you mean 'answer'?");
        assertThat(wrong.range()).isEqualTo(new TextRange(2, 3, 2, 8));
        assertThat(wrong.start()).isEqualTo(18);
        assertThat(wrong.end()).isEqualTo(24);
    }

    @Test
    void syntaxIsShownAtTheWordThatDoesNotFit() {
        Diagnostic wrong = only("SELECT count(*) FORM runs x y");
        assertThat(wrong.code()).isEqualTo(ErrorCode.SQL_SYNTAX);
        assertThat("SELECT count(*) FORM runs x y".substring(wrong.start(), wrong.end()))
                .isEqualTo("runs");
        assertThat(only("SELECT layer FROM").code()).isEqualTo(ErrorCode.SQL_SYNTAX);
    }

    @Test
    void whatPolicyRefusesIsShownToo() {
        assertThat(only("DELETE FROM runs").code()).isEqualTo(ErrorCode.SQL_READ_ONLY);
        assertThat(only("SELECT 1; SELECT 2").code()).isEqualTo(ErrorCode.SQL_NOT_SUPPORTED);
        assertThat(only("SELECT read_text('/etc/passwd')").code()).isEqualTo(ErrorCode.SQL_NOT_SUPPORTED);
    }

    @Test
    void anErrorWithoutAPlaceIsTheWholeTexts() {
        Diagnostic wrong = only("  " + "SELECT '" + "x".repeat(100_000) + "' ");
        assertThat(wrong.code()).isEqualTo(ErrorCode.SQL_TOO_LARGE);
        assertThat(wrong.start()).isEqualTo(2);
        assertThat(wrong.end()).isEqualTo(2 + 8 + 100_000 + 1);
    }

    @Test
    void nothingIsRun() {
        assertThat(engine.check("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT max(n) FROM r"))
                .isEmpty();
    }

    @Test
    void whatCouldNotBeFoundOutIsNoFaultOfTheStatement() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        try (QueryEngine asking = new QueryEngine(() -> {
            if (broken.get()) {
                throw new SQLException("IO Error: the disk is gone");
            }
            return file.reader();
        })) {
            assertThat(asking.check("SELECT 1")).isEmpty();
            broken.set(true);
            assertRefused(() -> asking.check("SELECT 2"), ErrorCode.INTERNAL_ERROR);
            assertThat(asking.check("SELECT nothing")).hasSize(1);
        }
    }

    private Diagnostic only(String sql) {
        assertThat(engine.check(sql)).hasSize(1);
        return engine.check(sql).get(0);
    }
}
