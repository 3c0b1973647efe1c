package io.gatehouse.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory a model may take without crowding out what else the machine does. */
final class FreeMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final double COMFORTABLE_SHARE = 0.8;

    private FreeMemory() {}

    /** A share of what the machine, or the container it is, has available. */
    static long comfortable() {
        OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long available = available().orElseGet(machine::getFreeMemorySize);
        return (long) (COMFORTABLE_SHARE * Math.min(available, machine.getTotalMemorySize()));
    }

    /** Linux says what it could give, the cache of files included; other systems only what is unused. */
    private static OptionalLong available() {
        if (!Files.exists(MEMINFO)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(MEMINFO).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }
}
