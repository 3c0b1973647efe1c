package io.gatehouse.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestFreeMemory {
    @Test
    void aContainerHasNoMoreThanItsOwn() {
        // 64 of 100 are available on the machine, and the container of 16 has 3 left.
        assertThat(FreeMemory.available(100, 64, 16, 3)).isEqualTo(3);
        assertThat(FreeMemory.available(100, 2, 16, 3)).isEqualTo(2);
        // Files that were read may make more than there is in all.
        assertThat(FreeMemory.available(100, 64, 16, 20)).isEqualTo(16);
    }

    @Test
    void onTheMachineItselfLinuxKnowsBest() {
        assertThat(FreeMemory.available(100, 64, 100, 3)).isEqualTo(64);
        assertThat(FreeMemory.available(0, 0, 100, 3)).isEqualTo(3);
    }

    @Test
    void thereIsSomeHere() {
        assertThat(FreeMemory.comfortable()).isPositive();
    }
}
