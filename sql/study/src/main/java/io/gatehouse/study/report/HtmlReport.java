package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.study.Rows;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The study as one self-contained HTML page without scripts, external fonts or images. */
public final class HtmlReport {
    private static final int MAX_ROWS = 60;

    private final Study study;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(Study study) {
        this.study = study;
    }

    /** Returns the page. */
    public static String of(Study study) {
        HtmlReport report = new HtmlReport(study);
        report.head();
        report.sections();
        report.interpretation();
        report.methods();
        report.page.append("</main>\n</body>\n</html>\n");
        return report.page.toString();
    }

    private void head() {
        String title = "How “%s” routes “%s”".formatted(run("model"), run("task"));
        page.append("""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <header>
                <div class="kicker">A study of routing</div>
                <h1>%s</h1>
                <div class="meta">Run “%s”, prompts as %s asks with %s solved examples, computed %s on %s, %s</div>
                </header>
                """.formatted(
                        Svg.escape(title),
                        Resources.text(HtmlReport.class, "style.css"),
                        Svg.escape(title),
                        run("name"),
                        run("prompt_format"),
                        run("shots"),
                        run("precision_plan"),
                        run("device"),
                        run("started_at")));
        page.append("<div class=\"found\">\n");
        study.figures().stream()
                .filter(evidence -> evidence.figure().section().startsWith("The"))
                .map(HtmlReport::sentences)
                .filter(sentences -> !sentences.isEmpty())
                .forEach(
                        sentences -> page.append("<p>").append(sentences.get(0)).append("</p>\n"));
        page.append("</div>\n<nav>");
        study.figures()
                .forEach(evidence -> page.append("<a href=\"#%s\">%s</a> "
                        .formatted(
                                evidence.figure().name(),
                                Svg.escape(evidence.figure().title()))));
        page.append("</nav>\n");
    }

    private void sections() {
        String section = "";
        for (Evidence evidence : study.figures()) {
            if (!evidence.figure().section().equals(section)) {
                section = evidence.figure().section();
                page.append("<h2>%s</h2>\n".formatted(Svg.escape(section)));
            }
            figure(evidence);
        }
    }

    private void figure(Evidence evidence) {
        page.append("<section class=\"figure\" id=\"%s\">\n<div>\n<h3>%s</h3>\n"
                .formatted(
                        evidence.figure().name(), Svg.escape(evidence.figure().title())));
        page.append("<p class=\"finding\">%s</p>\n".formatted(String.join(" ", sentences(evidence))));
        page.append("<figure>\n");
        Picture.of(evidence).ifPresent(page::append);
        page.append("<figcaption>%s</figcaption>\n"
                .formatted(Svg.escape(String.join(" ", evidence.figure().notes()))));
        page.append("</figure>\n");
        table(evidence.detail(), Picture.of(evidence).isEmpty());
        page.append("</div>\n<div class=\"statements\">\n<details open><summary>The SQL of this figure</summary>\n");
        statement("sentences", evidence.figure().summary());
        statement("rows", evidence.figure().detail());
        page.append("</details>\n</div>\n</section>\n");
    }

    private void statement(String kind, String sql) {
        page.append("<pre class=\"%s\">%s</pre>\n".formatted(kind, Svg.escape(sql)));
    }

    private void table(Rows rows, boolean open) {
        int shown = Math.min(MAX_ROWS, rows.rows().size());
        String more = shown < rows.rows().size() ? ", the first " + shown : "";
        page.append("<details%s><summary>Table of %s rows%s</summary>\n<div class=\"scroll\"><table>\n<thead><tr>"
                .formatted(open ? " open" : "", NumberText.of(rows.rows().size()), more));
        List<@Nullable Object> first = rows.rows().get(0);
        for (int column = 0; column < rows.columns().size(); column++) {
            page.append(cell(
                    "th",
                    first.get(column),
                    Svg.escape(Plot.words(rows.columns().get(column)))));
        }
        page.append("</tr></thead>\n<tbody>\n");
        for (List<@Nullable Object> row : rows.rows().subList(0, shown)) {
            page.append("<tr>");
            row.forEach(value -> page.append(cell("td", value, Svg.escape(NumberText.of(value)))));
            page.append("</tr>\n");
        }
        page.append("</tbody>\n</table></div></details>\n");
    }

    private static String cell(String tag, @Nullable Object value, String text) {
        return "<%s%s>%s</%s>".formatted(tag, value instanceof String ? " class=\"words\"" : "", text, tag);
    }

    private static List<String> sentences(Evidence evidence) {
        return Sentence.of(evidence, Svg::escape, value -> "<data>%s</data>".formatted(Svg.escape(value)));
    }

    private void interpretation() {
        page.append("<h2>What may be concluded</h2>\n<div class=\"text\">\n");
        Resources.text(HtmlReport.class, "limits.txt")
                .lines()
                .forEach(line -> page.append("<p>%s</p>\n".formatted(Svg.escape(line))));
        if (!study.left().isEmpty()) {
            page.append("<p class=\"left\">Not on this page, because the run has nothing for it: %s.</p>\n"
                    .formatted(Svg.escape(String.join("; ", study.left()))));
        }
        page.append("</div>\n");
    }

    private void methods() {
        page.append("<h2>Methods</h2>\n<div class=\"text\">\n<h3>Settings of the run</h3>\n<dl>\n");
        for (int column = 0; column < study.run().columns().size(); column++) {
            page.append("<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(
                            Svg.escape(Plot.words(study.run().columns().get(column))),
                            Svg.escape(NumberText.of(study.run().rows().get(0).get(column)))));
        }
        page.append("</dl>\n<h3>Definitions</h3>\n");
        study.views().forEach(this::view);
        page.append("</div>\n");
    }

    private void view(AnalysisView view) {
        page.append("<details class=\"view\"><summary>%s</summary>\n<p class=\"note\">%s.</p>\n<dl>\n"
                .formatted(view.name(), Svg.escape(view.comment())));
        for (String section : List.of("Definition", "Formula", "Source", "Version")) {
            page.append("<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(section, Svg.escape(view.sections().getOrDefault(section, ""))));
        }
        page.append("</dl>\n</details>\n");
    }

    private String run(String column) {
        return Svg.escape(NumberText.of(study.run().value(0, column)));
    }
}
