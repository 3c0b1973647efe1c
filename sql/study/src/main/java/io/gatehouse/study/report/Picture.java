package io.gatehouse.study.report;

import io.gatehouse.study.Figure;
import io.gatehouse.study.Study.Evidence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Draws a figure as the kind of picture that it declares. */
final class Picture {
    private static final double LEFT = 64;
    private static final double RIGHT = Plot.WIDTH - 16;
    private static final double TOP = 26;

    private final Plot plot;

    private Picture(Plot plot) {
        this.plot = plot;
    }

    /** Returns the picture as SVG; empty if the figure has no picture, or not enough to draw. */
    static Optional<String> of(Evidence evidence) {
        int least = Integer.parseInt(evidence.figure().picture().getOrDefault("least", "1"));
        if (evidence.drawn().rows().size() < least) {
            return Optional.empty();
        }
        Picture picture = new Picture(new Plot(evidence.figure(), evidence.drawn()));
        String kind = evidence.figure().picture().getOrDefault(Figure.KIND, "none");
        return switch (kind) {
            case "lines" -> Optional.of(picture.lines());
            case "intervals" -> Optional.of(picture.intervals());
            case "scatter" -> Optional.of(picture.scatter());
            case "heat" -> Optional.of(HeatMap.of(picture.plot));
            case "none" -> Optional.empty();
            default -> throw new IllegalArgumentException("There is no picture of the kind " + kind);
        };
    }

    private String lines() {
        double bottom = 270;
        Map<String, List<Integer>> series = plot.groups("by");
        boolean logarithmic = plot.part("scale").isPresent();
        Scale x = logarithmic
                ? Scale.logarithmic(plot.least("x"), plot.most("x"), LEFT, RIGHT)
                : new Scale(plot.least("x"), Math.max(plot.most("x"), plot.least("x") + 1), LEFT + 8, RIGHT - 8, false);
        boolean chance = plot.part("chance").isPresent();
        Scale y = Scale.over(
                Math.min(0, chance ? Math.min(plot.least("y"), plot.least("chance")) : plot.least("y")),
                chance ? Math.max(plot.most("y"), plot.most("chance")) : plot.most("y"),
                bottom,
                TOP);
        // Its end is no place for its name where other lines end there, too.
        boolean chanceInLegend = chance && plot.part("legend").isPresent();
        List<String> names = new ArrayList<>(series.keySet());
        if (chanceInLegend) {
            names.add(plot.chance());
        }
        Svg svg = new Svg(Plot.WIDTH, bottom + 42 + 20 * legendLines(names), plot.title());
        frame(svg, y, bottom);
        ticksOfX(svg, x, bottom);
        boolean ordered = plot.part("colours").isPresent();
        int index = 0;
        double legend = LEFT;
        double line = bottom + 54;
        for (Map.Entry<String, List<Integer>> one : series.entrySet()) {
            String colour = ordered ? Plot.orderedColour(index, series.size()) : Plot.colour(index, series.size());
            index++;
            StringBuilder points = new StringBuilder();
            for (int row : one.getValue()) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.place(x(row)), y.place(y(row))));
            }
            svg.path(points.toString(), "series", colour);
            one.getValue().forEach(row -> svg.dot(x.place(x(row)), y.place(y(row)), 3, colour, plot.tip(row)));
            double room = legendRoom(one.getKey());
            if (legend + room > RIGHT) {
                legend = LEFT;
                line += 20;
            }
            svg.dot(legend + 4, line - 4, 4, colour, one.getKey());
            svg.text(legend + 12, line, "start", "legend", one.getKey());
            legend += room;
        }
        if (chance) {
            chance(svg, x, y, series.values().iterator().next());
        }
        if (chanceInLegend) {
            boolean fits = legend + legendRoom(plot.chance()) <= RIGHT;
            double start = fits ? legend : LEFT;
            double height = fits ? line : line + 20;
            svg.line(start, height - 4, start + 14, height - 4, "chance");
            svg.text(start + 18, height, "start", "legend", plot.chance());
        } else if (chance) {
            List<Integer> rows = series.values().iterator().next();
            double height = y.place(number(rows.get(rows.size() - 1), "chance"));
            svg.text(RIGHT, height < TOP + 16 ? height + 14 : height - 5, "end", "tick", plot.chance());
        }
        return svg.toString();
    }

    /** Draws the values that chance would give along the rows of one series. */
    private void chance(Svg svg, Scale x, Scale y, List<Integer> rows) {
        for (int i = 0; i < rows.size(); i++) {
            int next = rows.get(Math.min(i + 1, rows.size() - 1));
            double height = y.place(number(rows.get(i), "chance"));
            double end = i + 1 < rows.size() ? x.place(x(next)) : RIGHT;
            svg.line(i == 0 ? LEFT : x.place(x(rows.get(i))), height, end, y.place(number(next, "chance")), "chance");
        }
    }

    private static int legendLines(Collection<String> names) {
        int lines = 1;
        double legend = LEFT;
        for (String name : names) {
            if (legend + legendRoom(name) > RIGHT) {
                legend = LEFT;
                lines++;
            }
            legend += legendRoom(name);
        }
        return lines;
    }

    private static double legendRoom(String name) {
        return 26 + 6.4 * name.length();
    }

    /** Draws one dot with its interval per row, one below the other. */
    private String intervals() {
        double row = 19;
        double left = plot.roomOf(plot.groups("label").keySet());
        double bottom = TOP + row * plot.size();
        boolean chance = plot.part("chance").isPresent() && plot.has("chance");
        Svg svg = new Svg(Plot.WIDTH, bottom + 40, plot.title());
        Scale x = Scale.over(
                Math.min(0, plot.least("low")),
                chance ? Math.max(plot.most("high"), plot.most("chance")) : plot.most("high"),
                left,
                RIGHT);
        for (double tick : x.ticks()) {
            svg.line(x.place(tick), TOP - 6, x.place(tick), bottom, "grid");
            svg.text(x.place(tick), bottom + 16, "middle", "tick", Plot.tick(tick));
        }
        svg.text(RIGHT, bottom + 34, "end", "axis", plot.title("x"));
        if (chance) {
            svg.line(left, bottom + 30, left + 24, bottom + 30, "chance");
            svg.text(left + 30, bottom + 34, "start", "tick", plot.chance());
        }
        for (int i = 0; i < plot.size(); i++) {
            double y = TOP - 6 + row * i + row / 2;
            if (chance) {
                plot.number(i, "chance")
                        .map(x::place)
                        .ifPresent(place -> svg.line(place, y - row / 2, place, y + row / 2, "chance"));
            }
            svg.text(left - 8, y + 4, "end", "label", plot.text(i, "label"));
            svg.line(x.place(number(i, "low")), y, x.place(number(i, "high")), y, "interval");
            svg.dot(x.place(x(i)), y, 4, "var(--accent)", plot.tip(i));
        }
        return svg.toString();
    }

    private String scatter() {
        double bottom = 330;
        Svg svg = new Svg(Plot.WIDTH, bottom + 44, plot.title());
        Scale x = Scale.over(Math.min(0, plot.least("x")), Math.max(0, plot.most("x")), LEFT, RIGHT);
        Scale y = Scale.over(Math.min(0, plot.least("y")), Math.max(0, plot.most("y")), bottom, TOP);
        frame(svg, y, bottom);
        ticksOfX(svg, x, bottom);
        svg.line(x.place(0), TOP, x.place(0), bottom, "zero");
        svg.line(LEFT, y.place(0), RIGHT, y.place(0), "zero");
        if (plot.part("diagonal").isPresent()) {
            double low = Math.max(x.low(), y.low());
            double high = Math.min(x.high(), y.high());
            svg.line(x.place(low), y.place(low), x.place(high), y.place(high), "chance");
        }
        for (int i = 0; i < plot.size(); i++) {
            svg.dot(x.place(x(i)), y.place(y(i)), 4.5, "var(--accent)", plot.tip(i));
        }
        return svg.toString();
    }

    private void frame(Svg svg, Scale y, double bottom) {
        for (double tick : y.ticks()) {
            svg.line(LEFT, y.place(tick), RIGHT, y.place(tick), "grid");
            svg.text(LEFT - 8, y.place(tick) + 4, "end", "tick", Plot.tick(tick));
        }
        svg.line(LEFT, bottom, RIGHT, bottom, "base");
        svg.text(LEFT, TOP - 14, "start", "axis", plot.title("y"));
    }

    private void ticksOfX(Svg svg, Scale x, double bottom) {
        boolean whole = plot.column("x").equals("layer");
        for (double tick : x.ticks()) {
            if (!whole || Math.abs(tick - Math.rint(tick)) < 1e-9) {
                svg.text(x.place(tick), bottom + 17, "middle", "tick", Plot.tick(tick));
            }
        }
        svg.text(RIGHT, bottom + 34, "end", "axis", plot.title("x"));
    }

    private double x(int row) {
        return number(row, "x");
    }

    private double y(int row) {
        return number(row, "y");
    }

    /** Rows with an unknown value are not drawn. */
    private double number(int row, String part) {
        return plot.number(row, part).orElseThrow();
    }
}
