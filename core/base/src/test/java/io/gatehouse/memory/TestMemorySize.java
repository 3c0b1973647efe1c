package io.gatehouse.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestMemorySize {
    @Test
    void isPrintedAsItWasWritten() {
        assertThat(MemorySize.readable(MemorySize.bytes("4GB"))).isEqualTo("4.0 GB");
        assertThat(MemorySize.readable(MemorySize.bytes("512MB"))).isEqualTo("512 MB");
    }

    @Test
    void unitsAreDecimalUnlessTheySayOtherwise() {
        assertThat(MemorySize.bytes("4GB")).isEqualTo(4_000_000_000L);
        assertThat(MemorySize.bytes(" 1.5 g ")).isEqualTo(1_500_000_000);
        assertThat(MemorySize.bytes("4GiB")).isEqualTo(4L << 30);
        assertThat(MemorySize.bytes("16ki")).isEqualTo(16 << 10);
        assertThat(MemorySize.bytes("1T")).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void refusesWhatIsNoSize() {
        for (String size : List.of("", "4", "GB", "-1GB", "4 PB", "1e9 B", "4GBi", "4GB4GB")) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> MemorySize.bytes(size))
                    .withMessage("--memory takes a size such as 4GB or 512MB, not '%s'.", size)
                    .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }
}
