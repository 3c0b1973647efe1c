package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the processes of a server may take adds up, and is what docs/adr/0020 says. */
final class TestServerMemory {
    private static final long GB = 1_000_000_000;

    private static final Path PAGE =
            Path.of(System.getProperty("gatehouse.root"), "docs", "adr", "0020-long-queries-take-turns.md");
    private static final Pattern SHARE = Pattern.compile("\\| `(\\w+)` \\| (\\d+)% \\|.*");

    @Test
    void itsSharesAreAllOfItAndNoMore() {
        for (long bytes : List.of(GB, GB + 1, 2 * GB, 7 * GB + 12_345, 64 * GB)) {
            for (int models = 0; models <= (bytes < 2 * GB ? 0 : 40); models++) {
                ServerMemory memory = new ServerMemory(bytes, models);
                long shares = memory.heap()
                        + memory.database()
                        + memory.statements()
                        + memory.worker()
                        + memory.modelProcesses() * memory.model();
                assertThat(shares).as("%s", memory).isBetween(bytes - 1000, bytes);
                assertThat(memory.modelProcesses()).isLessThanOrEqualTo(models);
                assertThat(models == 0 || memory.model() >= GB / 2 - 1000).isTrue();
                assertThat(memory.operator()).isLessThan(memory.database());
            }
        }
    }

    @Test
    void hasRoomForOneModelOrIsRefused() {
        assertThat(new ServerMemory(2 * GB, 1).model()).isBetween(GB / 2 - 1000, GB / 2);
        assertThat(new ServerMemory(8 * GB, 10).modelProcesses()).isBetween(3, 4);
        assertRefused(
                () -> new ServerMemory(2 * GB - 1, 1),
                ErrorCode.INVALID_ARGUMENT,
                "A server with --model needs at least 2,000,000,000 bytes of memory, a quarter of it for the process of a model, but has 1,999,999,999: increase --memory.");
        assertRefused(
                () -> new ServerMemory(GB - 1),
                ErrorCode.INVALID_ARGUMENT,
                "A server needs at least 1,000,000,000 bytes of memory, but --memory is 999,999,999.");
    }

    @Test
    void allProcessesTogetherTakeNoMoreThanIsStated() {
        for (long bytes = 5 * GB; bytes <= 64 * GB; bytes += 123_456_789) {
            ServerMemory memory = new ServerMemory(bytes);
            assertThat(memory.process()).isEqualTo(memory.heap() + memory.database() + memory.statements());
            assertThat(memory.process() + memory.worker()).isLessThanOrEqualTo(bytes);
            assertThat(memory.receive() + memory.work() + memory.parquet()).isLessThanOrEqualTo(memory.statements());
            assertThat(memory.reader()).isEqualTo(memory.statements());
            assertThat(memory.results()).isLessThanOrEqualTo(memory.heap() / 4);
        }
    }

    /** The heap has a least size, and so does the process that reads. */
    @Test
    void aSmallServerTakesALittleMore() {
        ServerMemory memory = new ServerMemory(GB);
        assertThat(memory.process() + memory.worker()).isLessThan(GB * 106 / 100);
        assertThat(memory.reader()).isLessThanOrEqualTo(memory.worker());
    }

    @Test
    void theTableSaysTheShares() throws Exception {
        ServerMemory memory = new ServerMemory(10 * GB);
        List<String> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher share = SHARE.matcher(line);
            if (share.matches()) {
                rows.add(share.group(1));
                long bytes = (long) ServerMemory.class.getMethod(share.group(1)).invoke(memory);
                assertThat(bytes).as(line).isEqualTo(Long.parseLong(share.group(2)) * 100_000_000L);
            }
        }
        assertThat(rows).containsExactly("heap", "database", "statements", "process", "worker", "reader");
    }
}
