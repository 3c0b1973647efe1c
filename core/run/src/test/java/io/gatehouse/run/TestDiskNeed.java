package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class TestDiskNeed {
    @Test
    void refusesARunThatHasNoRoom() {
        DiskNeed need = new DiskNeed(215_000_000, 860_000_000, 1_000_000_000);
        assertThatThrownBy(() -> need.requireFree(Path.of("routing.duckdb")))
                .isInstanceOfSatisfying(
                        GatehouseException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INSUFFICIENT_DISK))
                .hasMessage("The run needs about 1,108 MB on the disk of routing.duckdb, which has 1,000 MB free:"
                        + " make room, record less, or answer fewer questions.");
    }

    @Test
    void letsARunBeginThatHasRoom() {
        DiskNeed need = new DiskNeed(215_000_000, 860_000_000, 1_200_000_000);
        need.requireFree(Path.of("routing.duckdb"));
        assertThat(need.bytesPerActivation()).isEqualTo(4);
    }
}
