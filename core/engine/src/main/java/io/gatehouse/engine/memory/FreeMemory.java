package io.gatehouse.engine.memory;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How much memory a model may take without crowding out what else the machine does. */
public final class FreeMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    /** Of version 2 and version 1 of control groups, as a container sees its own. */
    private static final List<Path> CONTAINER_STATISTICS =
            List.of(Path.of("/sys/fs/cgroup/memory.stat"), Path.of("/sys/fs/cgroup/memory/memory.stat"));

    private static final double COMFORTABLE_SHARE = 0.8;

    private FreeMemory() {}

    /** A share of the memory that is available on the machine or in its container. */
    public static long comfortable() {
        OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long available = available(
                number(MEMINFO, "MemTotal:").orElse(0) << 10,
                number(MEMINFO, "MemAvailable:").orElse(0) << 10,
                machine.getTotalMemorySize(),
                machine.getFreeMemorySize() + cachedFiles());
        return (long) (COMFORTABLE_SHARE * available);
    }

    /**
     * Linux says what the whole machine could give, the cache of files included; other systems only what is unused. Java
     * knows the bounds of a container, which Linux's own figures do not show.
     *
     * @param hostTotal bytes of the machine; 0 where Linux does not say
     * @param hostAvailable what of them is available
     * @param total bytes that Java sees: of the machine, or of the container
     * @param free what of these is unused
     */
    static long available(long hostTotal, long hostAvailable, long total, long free) {
        if (hostTotal == 0) {
            return Math.min(free, total);
        }
        return total < hostTotal ? Math.min(hostAvailable, Math.min(free, total)) : hostAvailable;
    }

    /** What a container has taken for files that were read and would give back, as far as they were not read lately. */
    private static long cachedFiles() {
        return CONTAINER_STATISTICS.stream()
                .map(file -> number(file, "inactive_file "))
                .flatMapToLong(OptionalLong::stream)
                .findFirst()
                .orElse(0);
    }

    private static OptionalLong number(Path file, String name) {
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(
                            line -> Long.parseLong(line.substring(name.length()).replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }
}
