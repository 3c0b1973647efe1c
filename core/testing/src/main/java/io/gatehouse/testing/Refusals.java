package io.gatehouse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What is refused, and how. */
public final class Refusals {
    private Refusals() {}

    /** The call fails with the code. */
    public static void assertRefused(ThrowingCallable call, ErrorCode code) {
        assertRefused(call, code, "");
    }

    /** The call fails with the code, and the message says this among other things. */
    public static void assertRefused(ThrowingCallable call, ErrorCode code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
