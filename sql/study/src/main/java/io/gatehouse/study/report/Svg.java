package io.gatehouse.study.report;

import java.util.Locale;

/** Builds an SVG picture. Colours and fonts come from the style of the page, by class. */
final class Svg {
    private final StringBuilder body = new StringBuilder();
    private final double width;
    private final double height;
    private final String title;

    Svg(double width, double height, String title) {
        this.width = width;
        this.height = height;
        this.title = title;
    }

    Svg line(double x1, double y1, double x2, double y2, String style) {
        return add("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", style, x1, y1, x2, y2);
    }

    Svg path(String points, String style, String colour) {
        return add("<polyline class=\"%s\" style=\"stroke:%s\" points=\"%s\"/>", style, colour, points.strip());
    }

    Svg dot(double x, double y, double radius, String colour, String tip) {
        return add(
                "<circle class=\"dot\" style=\"fill:%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%s</title></circle>",
                colour, x, y, radius, escape(tip));
    }

    Svg box(double x, double y, double boxWidth, double boxHeight, String colour, String tip) {
        return add(
                "<rect class=\"box\" style=\"fill:%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                        + "<title>%s</title></rect>",
                colour, x, y, boxWidth, boxHeight, escape(tip));
    }

    /** Adds a step of a colour scale. */
    Svg step(double x, double y, double stepWidth, double stepHeight, String colour) {
        return add(
                "<rect class=\"step\" style=\"fill:%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                colour, x, y, stepWidth, stepHeight);
    }

    /** Adds a text; the anchor is start, middle or end. */
    Svg text(double x, double y, String anchor, String style, String text) {
        return add(
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                style, x, y, anchor, escape(text));
    }

    /** Adds a text that runs upwards. */
    Svg turned(double x, double y, String text) {
        return add(
                "<text class=\"label\" transform=\"translate(%.1f %.1f) rotate(-60)\">%s</text>", x, y, escape(text));
    }

    private Svg add(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">%n",
                        width,
                        height,
                        escape(title))
                + body
                + "</svg>\n";
    }

    /** Escapes a text for HTML and SVG. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
