package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the processes of a server may take adds up, and is what docs/adr/0020 says. */
final class TestServerMemory {
    private static final Path PAGE = Path.of(
            System.getProperty("gatehouse.root"), "docs", "adr", "0020-long-queries-take-turns.md");
    private static final Pattern SHARE = Pattern.compile("\\| `(\\w+)` \\| (\\d+) % \\|.*");

    @Test
    void allProcessesTogetherTakeNoMoreThanIsStated() {
        for (long bytes = 5L << 30; bytes <= 64L << 30; bytes += 123_456_789) {
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
        ServerMemory memory = new ServerMemory(1L << 30);
        assertThat(memory.process() + memory.worker()).isLessThan((1L << 30) * 106 / 100);
        assertThat(memory.reader()).isLessThanOrEqualTo(memory.worker());
    }

    @Test
    void theTableSaysTheShares() throws Exception {
        ServerMemory memory = new ServerMemory(10_000_000_000L);
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
