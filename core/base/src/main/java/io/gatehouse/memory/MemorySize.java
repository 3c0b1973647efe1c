package io.gatehouse.memory;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A size of memory as people write it: 4GB is 4 * 10^9 bytes, 4GiB is 4 * 2^30. */
public final class MemorySize {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*([KMGT])(I?)B?");

    private MemorySize() {}

    /** Returns the size for people, in MB or GB. */
    public static String readable(long bytes) {
        return bytes < 1_000_000_000 ? "%.0f MB".formatted(bytes / 1e6) : "%.1f GB".formatted(bytes / 1e9);
    }

    /** Reads a size such as 4GB or 4GiB. */
    public static long bytes(String size) {
        Matcher matcher = SIZE.matcher(size.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--memory takes a size such as 4GB or 512MB, not '%s'".formatted(size));
        }
        int power = "KMGT".indexOf(matcher.group(2)) + 1;
        double unit = Math.pow(matcher.group(3).isEmpty() ? 1000 : 1024, power);
        return (long) (Double.parseDouble(matcher.group(1)) * unit);
    }
}
