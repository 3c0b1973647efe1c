package io.gatehouse.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process has taken of the machine's memory, where the system says it: on Linux. */
public record ProcessMemory(Path status) {
    public static ProcessMemory of(long pid) {
        return new ProcessMemory(Path.of("/proc", Long.toString(pid), "status"));
    }

    /** Bytes that only this process can give back: files that are mapped, such as weights, do not count. 0 if unknown. */
    public long bytes() {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("RssAnon:")
                                    || line.startsWith("RssShmem:")
                                    || line.startsWith("VmSwap:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    << 10;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
