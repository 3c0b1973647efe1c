package io.gatehouse.cli.terminal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A count such as 250000, 250K, 50M or 1G. */
public final class CountConverter implements ITypeConverter<Long> {
    private static final Pattern COUNT = Pattern.compile("(\\d{1,12})([KMG]?)");

    @Override
    public Long convert(String text) {
        Matcher count = COUNT.matcher(text.toUpperCase(Locale.ROOT));
        if (!count.matches()) {
            throw new TypeConversionException("'%s' is not a count such as 250000, 50M or 1G".formatted(text));
        }
        long unit = switch (count.group(2)) {
            case "K" -> 1_000L;
            case "M" -> 1_000_000L;
            case "G" -> 1_000_000_000L;
            default -> 1L;
        };
        try {
            return Math.multiplyExact(Long.parseLong(count.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'%s' is too large".formatted(text));
        }
    }
}
