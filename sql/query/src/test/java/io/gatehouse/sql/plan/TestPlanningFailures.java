package io.gatehouse.sql.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.junit.jupiter.api.Test;

/** Whose fault it is that a statement could not be planned. */
final class TestPlanningFailures {
    @Test
    void whatTheMachineLacksIsNoFormOfStatement() {
        check(new OutOfMemoryError("Java heap space"), ErrorCode.OUT_OF_MEMORY, "There is not enough memory");
        check(new StackOverflowError(), ErrorCode.SQL_TOO_LARGE, "nested too deeply");
    }

    @Test
    void aDefectIsNamedAsOneAndItsMessageKept() {
        check(new NullPointerException("secret"), ErrorCode.INTERNAL_ERROR, "a defect (NullPointerException)");
        check(new NoClassDefFoundError("secret"), ErrorCode.INTERNAL_ERROR, "a defect (NoClassDefFoundError)");
        check(new InternalError("secret"), ErrorCode.INTERNAL_ERROR, "a defect (InternalError)");
        assertThat(PlanningThreads.failure(new NullPointerException("secret")))
                .hasMessageNotContaining("secret")
                .hasRootCauseMessage("secret");
    }

    @Test
    void whatCalciteRefusesIsNotSupported() {
        check(
                new UnsupportedOperationException("class X\nmore"),
                ErrorCode.SQL_NOT_SUPPORTED,
                "This form of statement is not supported.");
        check(new AssertionError(), ErrorCode.SQL_NOT_SUPPORTED, "This form of statement is not supported.");
    }

    private static void check(Throwable cause, ErrorCode code, String message) {
        GatehouseException failure = PlanningThreads.failure(cause);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining(message).hasCause(cause);
    }
}
