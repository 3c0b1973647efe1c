package io.gatehouse.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TestBfloat16 {
    @Test
    void tiesGoToTheEvenNeighbour() {
        assertThat(rounded(1 + 0x1p-8f)).isEqualTo(1);
        assertThat(rounded(1 + 3 * 0x1p-8f)).isEqualTo(1 + 4 * 0x1p-8f);
        assertThat(rounded(Math.nextUp(1 + 0x1p-8f))).isEqualTo(1 + 2 * 0x1p-8f);
    }

    @Test
    void noNeighbourIsNearer() {
        long seed = 6;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 100_000; i++) {
            float value = (float) random.nextGaussian();
            float rounded = rounded(value);
            float below = Float.intBitsToFloat(Float.floatToIntBits(rounded) - 0x10000);
            float above = Float.intBitsToFloat(Float.floatToIntBits(rounded) + 0x10000);
            assertThat(Math.abs(value - rounded))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(Math.min(Math.abs(value - below), Math.abs(value - above)));
        }
    }

    private static float rounded(float value) {
        return Bfloat16.toFloat(Bfloat16.bits(value));
    }
}
