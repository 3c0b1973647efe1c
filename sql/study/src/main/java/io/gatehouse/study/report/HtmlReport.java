package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.study.Part;
import io.gatehouse.study.Rows;
import io.gatehouse.study.RunFacts;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Absence;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The study as one self-contained HTML page without scripts, external fonts or images. Printed, it is an appendix: SQL,
 * tables beside pictures and definitions stay closed.
 */
public final class HtmlReport {
    private static final int MAX_ROWS = 60;

    private final Study study;
    private final RunFacts run;
    private final StringBuilder page = new StringBuilder();
    private int figures;
    private int tables;

    private HtmlReport(Study study) {
        this.study = study;
        this.run = study.run();
    }

    /** Returns the page. */
    public static String of(Study study) {
        HtmlReport report = new HtmlReport(study);
        report.head();
        report.sections();
        report.interpretation();
        report.methods();
        report.references();
        report.page.append("</main>\n</body>\n</html>\n");
        return report.page.toString();
    }

    /** The title of a report. */
    static String title(Study study) {
        return study.part() == Part.BASE
                ? subject(study.run())
                : "%s: %s".formatted(subject(study.run()), study.part());
    }

    private static String subject(RunFacts run) {
        if (run.isImported() && run.model().equals(RunFacts.UNKNOWN)) {
            return "How a model routes its tokens";
        }
        return run.isImported()
                ? "How “%s” routes its tokens".formatted(run.model())
                : "How “%s” routes “%s”".formatted(run.model(), run.quiz());
    }

    private void head() {
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
                <div class="kicker">%s</div>
                <h1>%s</h1>
                <div class="meta">%s</div>
                </header>
                """.formatted(
                        Svg.escape(title(study)),
                        Resources.text(HtmlReport.class, "style.css"),
                        study.part().title(),
                        Svg.escape(title(study)),
                        Svg.escape(meta())));
        PartText.of(study, "introduction.txt")
                .forEach(line -> page.append("<p class=\"introduction\">%s</p>\n".formatted(Svg.escape(line))));
        if (run.isPartial()) {
            page.append("<p class=\"partial\">Partial run: %s. %s</p>\n"
                    .formatted(Svg.escape(run.status()), run.partialNote()));
        }
        if (!run.longPrompts().equals("none")) {
            page.append("<p class=\"partial\">Long prompts: %s.</p>\n".formatted(Svg.escape(run.longPrompts())));
        }
        List<String> lead = study.figures().stream()
                .flatMap(evidence -> Sentence.lead(evidence, Svg::escape, HtmlReport::marked).stream())
                .toList();
        if (!lead.isEmpty()) {
            page.append("<div class=\"found\">\n");
            lead.forEach(sentence -> page.append("<p>").append(sentence).append("</p>\n"));
            page.append("</div>\n");
        }
        page.append("<nav>");
        study.figures()
                .forEach(evidence -> page.append("<a href=\"#%s\">%s</a> "
                        .formatted(
                                evidence.figure().name(),
                                Svg.escape(evidence.figure().title()))));
        page.append("</nav>\n");
    }

    private String meta() {
        String changes = run.interventions().equals("none") ? "" : ", interventions: " + run.interventions();
        return run.isImported()
                ? "Run “%s”, imported from %s files on %s%s".formatted(run.name(), run.source(), run.started(), changes)
                : "Run “%s”, %s, started %s%s".formatted(run.name(), run.prompts(), run.started(), changes);
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
        List<String> sentences = Sentence.of(evidence, Svg::escape, HtmlReport::marked);
        if (!sentences.isEmpty()) {
            page.append("<p class=\"finding\">%s</p>\n".formatted(String.join(" ", sentences)));
        }
        Optional<String> picture = Picture.of(evidence);
        if (picture.isPresent()) {
            page.append("<figure>\n").append(picture.get()).append(caption("Figure", ++figures, evidence));
            page.append("</figure>\n");
            table(evidence.detail(), false);
        } else if (evidence.detail().isEmpty()) {
            page.append("<p class=\"left\">No chart: %s.</p>\n"
                    .formatted(Svg.escape(evidence.figure().text().unpictured())));
        } else {
            page.append("<figure>\n").append(caption("Table", ++tables, evidence));
            table(evidence.detail(), true);
            page.append("</figure>\n");
        }
        page.append("</div>\n<div class=\"statements\">\n<details open><summary>The SQL of this figure</summary>\n");
        statement("sentences", evidence.figure().summary());
        statement("rows", evidence.figure().detail());
        page.append("</details>\n</div>\n</section>\n");
    }

    private static String caption(String kind, int number, Evidence evidence) {
        return "<figcaption><b>%s %d.</b> %s %s</figcaption>\n"
                .formatted(
                        kind,
                        number,
                        Svg.escape(evidence.figure().text().caption()),
                        Svg.escape(String.join(" ", evidence.figure().text().notes())));
    }

    private void statement(String kind, String sql) {
        page.append("<pre class=\"%s\">%s</pre>\n".formatted(kind, Svg.escape(sql)));
    }

    /** @param shown whether it is the figure itself and not what a picture shows */
    private void table(Rows rows, boolean shown) {
        int count = Math.min(MAX_ROWS, rows.rows().size());
        if (!shown) {
            String more = count < rows.rows().size() ? ", the first " + count : "";
            page.append("<details><summary>Table of %s %s%s</summary>\n"
                    .formatted(NumberText.of(rows.rows().size()), rows.rows().size() == 1 ? "row" : "rows", more));
        }
        page.append("<div class=\"scroll\"><table>\n<thead><tr>");
        List<@Nullable Object> first = rows.rows().get(0);
        for (int column = 0; column < rows.columns().size(); column++) {
            page.append(cell(
                    "th",
                    first.get(column),
                    Svg.escape(NumberText.words(rows.columns().get(column)))));
        }
        page.append("</tr></thead>\n<tbody>\n");
        for (List<@Nullable Object> row : rows.rows().subList(0, count)) {
            page.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                page.append(cell(
                        "td",
                        row.get(column),
                        Svg.escape(NumberText.ofColumn(rows.columns().get(column), row.get(column)))));
            }
            page.append("</tr>\n");
        }
        page.append("</tbody>\n</table></div>\n").append(shown ? "" : "</details>\n");
    }

    private static String cell(String tag, @Nullable Object value, String text) {
        return "<%s%s>%s</%s>".formatted(tag, value instanceof String ? " class=\"words\"" : "", text, tag);
    }

    private static String marked(String value) {
        return "<data>%s</data>".formatted(Svg.escape(value));
    }

    private void interpretation() {
        page.append("<h2>What can be concluded</h2>\n<div class=\"text\">\n");
        PartText.of(study, "limits.txt").forEach(line -> page.append("<p>%s</p>\n".formatted(Svg.escape(line))));
        page.append("</div>\n");
        if (!study.absent().isEmpty()) {
            page.append("<h2>Not in this report</h2>\n<div class=\"text\">\n<dl class=\"left\">\n");
            for (Absence absence : study.absent()) {
                page.append("<dt>%s</dt><dd>%s</dd>\n"
                        .formatted(Svg.escape(absence.title()), Svg.escape(absence.reason())));
            }
            page.append("</dl>\n</div>\n");
        }
    }

    private void methods() {
        page.append("<h2>Methods</h2>\n<div class=\"text\">\n<h3>The run</h3>\n<dl>\n");
        run.settings()
                .forEach((name, value) ->
                        page.append("<dt>%s</dt><dd>%s</dd>\n".formatted(Svg.escape(name), Svg.escape(value))));
        page.append("</dl>\n<h3>To repeat the run</h3>\n<pre class=\"command\">%s\n%s</pre>\n"
                .formatted(Svg.escape(run.command()), Svg.escape(run.studyCommand(study.part()))));
        page.append("<h3>Definitions</h3>\n");
        study.definitions().forEach(this::definition);
        page.append("<p class=\"note printed\">%s</p>\n"
                .formatted("The page on screen also has the SQL of each figure and the definition of each quantity."));
        page.append("</div>\n");
    }

    private void definition(DefinedQuery defined) {
        page.append("<details class=\"view\"><summary>%s</summary>\n<p class=\"note\">%s.</p>\n<dl>\n"
                .formatted(defined.name(), Svg.escape(defined.comment())));
        for (String section : List.of("Definition", "Formula", "Source", "Version")) {
            page.append("<dt>%s</dt><dd>%s</dd>\n"
                    .formatted(section, Svg.escape(defined.sections().getOrDefault(section, ""))));
        }
        page.append("</dl>\n</details>\n");
    }

    private void references() {
        List<String> references = PartText.of(study, "references.txt");
        if (references.isEmpty()) {
            return;
        }
        page.append("<h2>References</h2>\n<ol class=\"text references\">\n");
        references.forEach(line -> page.append("<li>%s</li>\n".formatted(Svg.escape(line))));
        page.append("</ol>\n");
    }
}
