package io.gatehouse.study.report;

import io.gatehouse.study.Figure;
import io.gatehouse.study.Rows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of a figure by the parts of its picture, and what all kinds of pictures share. */
final class Plot {
    static final double WIDTH = 760;

    private final Figure figure;
    private final Rows rows;

    Plot(Figure figure, Rows rows) {
        this.figure = figure;
        this.rows = rows;
    }

    int size() {
        return rows.rows().size();
    }

    String title() {
        return figure.title();
    }

    /** Finds the column of a part of the picture. */
    Optional<String> part(String name) {
        return Optional.ofNullable(figure.picture().get(name));
    }

    String column(String part) {
        return part(part)
                .orElseThrow(() -> new IllegalArgumentException("%s names no %s".formatted(figure.name(), part)));
    }

    /** The value of a part in the unit of its axis. */
    Optional<Double> number(int row, String part) {
        @Nullable Object value = rows.value(row, column(part));
        return value instanceof Number number ? Optional.of(factor(part) * number.doubleValue()) : Optional.empty();
    }

    /** The title of an axis or of the colours: that of the figure, or else the name of the column as words. */
    String title(String part) {
        return Optional.ofNullable(figure.titles().get(part)).orElseGet(() -> NumberText.words(column(part)));
    }

    /** What the line of chance is called. */
    String chance() {
        return figure.titles().getOrDefault("chance", "chance");
    }

    /** Shares are stored as fractions; an axis whose title says so has them in per cent. */
    private double factor(String part) {
        String axis = switch (part) {
            case "low", "high" -> "x";
            case "chance" -> figure.picture().getOrDefault(Figure.KIND, "").equals("intervals") ? "x" : "y";
            default -> part;
        };
        String title = figure.titles().getOrDefault(axis, "");
        return title.endsWith("(%)") || title.endsWith("(percentage points)") ? 100 : 1;
    }

    String text(int row, String part) {
        return NumberText.of(rows.value(row, column(part)));
    }

    /** Returns the tooltip of a row: all its values. */
    String tip(int row) {
        StringBuilder tip = new StringBuilder();
        for (int column = 0; column < rows.columns().size(); column++) {
            tip.append(column == 0 ? "" : ", ")
                    .append(NumberText.words(rows.columns().get(column)))
                    .append(' ')
                    .append(NumberText.ofColumn(
                            rows.columns().get(column), rows.rows().get(row).get(column)));
        }
        return tip.toString();
    }

    /** Whether any row has a value of the part. */
    boolean has(String part) {
        return all(part).findAny().isPresent();
    }

    double least(String part) {
        return all(part).min().orElse(0);
    }

    double most(String part) {
        return all(part).max().orElse(1);
    }

    private DoubleStream all(String part) {
        return IntStream.range(0, size())
                .mapToObj(row -> number(row, part))
                .flatMap(Optional::stream)
                .mapToDouble(Double::doubleValue);
    }

    /** Groups the rows by the value of a part, in the order of their first row. */
    Map<String, List<Integer>> groups(String part) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int row = 0; row < size(); row++) {
            groups.computeIfAbsent(text(row, part), key -> new ArrayList<>()).add(row);
        }
        return groups;
    }

    /**
     * Returns one of {@code count} colours, from teal over blue and violet to amber, of even lightness in light and
     * dark themes.
     */
    static String colour(int index, int count) {
        double share = count < 2 ? 0 : (double) index / (count - 1);
        return String.format(Locale.ROOT, "hsl(%.0f 55%% 50%%)", (176 + share * 224) % 360);
    }

    /** Returns one of {@code count} colours for what has an order: the later, the stronger. */
    static String orderedColour(int index, int count) {
        double share = count < 2 ? 1 : (double) index / (count - 1);
        return String.format(Locale.ROOT, "color-mix(in srgb, var(--accent) %.0f%%, var(--line))", 25 + 75 * share);
    }

    /** Returns the width of labels at the left of a picture, in pixels. */
    double roomOf(Collection<String> labels) {
        int longest = labels.stream().mapToInt(String::length).max().orElse(0);
        return Math.min(WIDTH / 2, 20 + 6.4 * longest);
    }

    static String tick(double value) {
        if (value != 0 && Math.abs(value) < 0.001) {
            return String.format(Locale.ROOT, "%.0e", value);
        }
        String text = String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%,.0f" : "%.3f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
