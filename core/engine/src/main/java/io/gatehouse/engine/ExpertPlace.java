package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One expert of a model.
 *
 * @param layer layer of the model, from 0
 * @param expert expert of that layer, from 0
 */
public record ExpertPlace(int layer, int expert) implements Comparable<ExpertPlace>, Serializable {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,5}):(\\d{1,5})");
    private static final Comparator<ExpertPlace> ORDER =
            Comparator.comparingInt(ExpertPlace::layer).thenComparingInt(ExpertPlace::expert);

    public ExpertPlace {
        if (layer < 0 || expert < 0) {
            throw new IllegalArgumentException("Expert %d of layer %d".formatted(expert, layer));
        }
    }

    /** Reads {@code layer:expert}; INVALID_ARGUMENT if it is not that. */
    public static ExpertPlace of(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "An expert is written layer:expert such as 3:17, not '%s'".formatted(text));
        }
        return new ExpertPlace(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public int compareTo(ExpertPlace other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return layer + ":" + expert;
    }
}
