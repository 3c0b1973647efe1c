package io.gatehouse.sample.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TestCheckpointTensors {
    @Test
    void storesFiniteWeightsOnly() {
        assertThat(CheckpointTensors.bits(1)).isEqualTo((short) 0x3f80);
        assertThatThrownBy(() -> CheckpointTensors.bits(Float.NaN)).hasMessage("A weight is NaN");
        assertThatThrownBy(() -> CheckpointTensors.bits(Float.NEGATIVE_INFINITY))
                .hasMessage("A weight is -Infinity");
    }
}
