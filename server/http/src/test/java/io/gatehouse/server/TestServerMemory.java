package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestServerMemory {
    private static final long GIB = 1L << 30;

    @Test
    void itsSharesAreAllOfItAndNoMore() {
        for (long bytes : List.of(GIB, GIB + 1, 2 * GIB, 7 * GIB + 12_345, 64 * GIB)) {
            for (int models = 0; models <= (bytes < 2 * GIB ? 0 : 40); models++) {
                ServerMemory memory = new ServerMemory(bytes, models);
                long shares = memory.heap()
                        + memory.database()
                        + memory.statements()
                        + memory.worker()
                        + memory.modelProcesses() * memory.model();
                assertThat(shares).as("%s", memory).isBetween(bytes - 1000, bytes);
                assertThat(memory.modelProcesses()).isLessThanOrEqualTo(models);
                assertThat(models == 0 || memory.model() >= GIB / 2 - 1000).isTrue();
                assertThat(memory.operator()).isLessThan(memory.database());
            }
        }
    }

    @Test
    void hasRoomForOneModelOrIsRefused() {
        assertThat(new ServerMemory(2 * GIB, 1).model()).isBetween(GIB / 2 - 1000, GIB / 2);
        assertThat(new ServerMemory(8 * GIB, 10).modelProcesses()).isBetween(3, 4);
        assertRefused(
                () -> new ServerMemory(2 * GIB - 1, 1),
                ErrorCode.INVALID_ARGUMENT,
                "A server with --model needs at least 2,147,483,648 bytes of memory, a quarter of it for the process of a model, but has 2,147,483,647: state more with --memory.");
        assertRefused(
                () -> new ServerMemory(GIB - 1),
                ErrorCode.INVALID_ARGUMENT,
                "A server needs at least 1,073,741,824 bytes of memory, but --memory is 1,073,741,823.");
    }
}
