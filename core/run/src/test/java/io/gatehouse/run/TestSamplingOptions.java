package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.engine.prefill.Sampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestSamplingOptions {
    @Test
    void takesWhatLogitsCanBeDividedBy() {
        assertThat(sampling(0.001, 100)).isEqualTo(new Sampling(true, 0.001, 0, 1, 0, 100, 0));
        assertThat(sampling(1000, 0.01)).isEqualTo(new Sampling(true, 1000, 0, 1, 0, 0.01, 0));
        requireRefused(1e-46, 1, "--temperature takes a number from 0.001 to 1000, not 1.0E-46");
        requireRefused(0, 1, "--temperature takes a number from 0.001 to 1000, not 0.0");
        requireRefused(Double.POSITIVE_INFINITY, 1, "--temperature takes a number from 0.001 to 1000, not Infinity");
        requireRefused(1, 1e-300, "--repetition-penalty takes a number from 0.01 to 100, not 1.0E-300");
        requireRefused(1, Double.NaN, "--repetition-penalty takes a number from 0.01 to 100, not NaN");
    }

    private static Sampling sampling(double temperature, double penalty) {
        return new SamplingOptions(
                        "random",
                        Optional.of(temperature),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(penalty),
                        Optional.empty())
                .of(Path.of("model"));
    }

    private static void requireRefused(double temperature, double penalty, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> sampling(temperature, penalty))
                .withMessage("%s.", message)
                .extracting(GatehouseException::code)
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
}
