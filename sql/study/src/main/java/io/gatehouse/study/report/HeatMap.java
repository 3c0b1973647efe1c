package io.gatehouse.study.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A heat map with a cell per row of a figure. The intensity of the colour shows the distance from 0; negative values
 * have another hue. A scale below explains the colours.
 */
final class HeatMap {
    private static final int SCALE_STEPS = 24;
    private static final double SCALE_WIDTH = 216;

    /** The minimum distance of numbers, so that they do not overlap. */
    private static final double ROOM_OF_A_NUMBER = 22;

    private final Plot plot;
    private final List<String> across;
    private final List<String> down;
    private final boolean numbered;
    private final double left;
    private final double top;
    private final double cell;
    private final double high;
    private final double furthest;

    private HeatMap(Plot plot) {
        this.plot = plot;
        across = inOrder(plot.groups("x").keySet());
        down = inOrder(plot.groups("y").keySet());
        numbered = isNumbers(across);
        left = Math.max(plot.roomOf(down), plot.roomOf(List.of(plot.title("y"))));
        // Words run upwards and lean to the right.
        top = numbered ? 42 : 118;
        double right = Plot.WIDTH - (numbered ? 16 : 56);
        cell = Math.min(46, (right - left) / across.size());
        high = Math.min(24, Math.max(14, cell));
        furthest = Math.max(1e-12, Math.max(plot.most("value"), -plot.least("value")));
    }

    static String of(Plot plot) {
        return new HeatMap(plot).drawn();
    }

    private String drawn() {
        double bottom = top + high * down.size();
        Svg svg = new Svg(Plot.WIDTH, bottom + 52, plot.title());
        names(svg);
        for (int row = 0; row < plot.size(); row++) {
            svg.box(
                    left + cell * across.indexOf(plot.text(row, "x")) + 1,
                    top + high * down.indexOf(plot.text(row, "y")) + 1,
                    cell - 2,
                    high - 2,
                    colour(plot.number(row, "value").orElseThrow() / furthest),
                    plot.tip(row));
        }
        scale(svg, bottom + 16);
        return svg.toString();
    }

    private void names(Svg svg) {
        svg.text(left, 14, "start", "axis", plot.title("x"));
        svg.text(left - 8, top - 8, "end", "axis", plot.title("y"));
        int every = 1;
        while (numbered && every * cell < ROOM_OF_A_NUMBER) {
            every *= 2;
        }
        for (int column = 0; column < across.size(); column++) {
            double x = left + cell * column + cell / 2;
            if (!numbered) {
                svg.turned(x + 4, top - 8, across.get(column));
            } else if (column % every == 0) {
                svg.text(x, top - 8, "middle", "tick", across.get(column));
            }
        }
        for (int line = 0; line < down.size(); line++) {
            svg.text(left - 8, top + high * line + high / 2 + 4, "end", "label", down.get(line));
        }
    }

    /** Draws the colour scale with its values. */
    private void scale(Svg svg, double y) {
        boolean negative = plot.least("value") < 0;
        double width = SCALE_WIDTH / SCALE_STEPS;
        for (int step = 0; step < SCALE_STEPS; step++) {
            double share = (step + 0.5) / SCALE_STEPS;
            svg.step(left + width * step, y, width, 10, colour(negative ? 2 * share - 1 : share));
        }
        svg.text(left, y + 24, "start", "tick", Plot.tick(negative ? -furthest : 0));
        if (negative) {
            svg.text(left + SCALE_WIDTH / 2, y + 24, "middle", "tick", "0");
        }
        svg.text(left + SCALE_WIDTH, y + 24, "end", "tick", Plot.tick(furthest));
        svg.text(left + SCALE_WIDTH + 12, y + 10, "start", "axis", plot.title("value"));
        if (plot.size() < across.size() * down.size()) {
            svg.text(
                    left + SCALE_WIDTH + 12,
                    y + 24,
                    "start",
                    "tick",
                    isOfPairs() ? "each pair once" : "blank: no value");
        }
    }

    /** Whether the cells without a value are the mirror images of others, and those of a thing with itself. */
    private boolean isOfPairs() {
        Set<List<String>> drawn = IntStream.range(0, plot.size())
                .mapToObj(row -> List.of(plot.text(row, "x"), plot.text(row, "y")))
                .collect(Collectors.toSet());
        return Stream.concat(across.stream(), down.stream())
                .allMatch(x -> down.stream()
                        .allMatch(y -> x.equals(y) || drawn.contains(List.of(x, y)) || drawn.contains(List.of(y, x))));
    }

    /**
     * Returns the colour of a value.
     *
     * @param share of the furthest value, -1 to 1
     */
    private static String colour(double share) {
        return String.format(
                Locale.ROOT,
                "color-mix(in srgb, var(--%s) %.1f%%, var(--field))",
                share < 0 ? "below" : "accent",
                100 * Math.abs(share));
    }

    /** Returns numbers in numeric order, words in the order of the rows. */
    private static List<String> inOrder(Collection<String> names) {
        return isNumbers(names)
                ? names.stream()
                        .sorted(Comparator.comparingInt(Integer::parseInt))
                        .toList()
                : List.copyOf(names);
    }

    private static boolean isNumbers(Collection<String> names) {
        return names.stream().allMatch(name -> name.matches("\\d{1,9}"));
    }
}
