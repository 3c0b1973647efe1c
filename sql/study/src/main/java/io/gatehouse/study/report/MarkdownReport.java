package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.study.Rows;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The study as Markdown: sentences, tables, statements and methods, without pictures. */
public final class MarkdownReport {
    private static final int MAX_ROWS = 20;

    private MarkdownReport() {}

    /** Returns the Markdown text. */
    public static String of(Study study) {
        StringBuilder text = new StringBuilder("# How “%s” routes “%s”\n\nRun “%s”.\n"
                .formatted(
                        study.run().value(0, "model"),
                        study.run().value(0, "task"),
                        study.run().value(0, "name")));
        String section = "";
        for (Evidence evidence : study.figures()) {
            if (!evidence.figure().section().equals(section)) {
                section = evidence.figure().section();
                text.append("\n## ").append(section).append('\n');
            }
            text.append("\n### %s\n%s\n\n%s\n\n"
                    .formatted(
                            evidence.figure().title(),
                            String.join(" ", sentences(evidence, value -> "**" + value + "**")),
                            String.join(" ", evidence.figure().notes())));
            table(text, evidence.detail());
            text.append("\n```sql\n%s;\n\n%s;\n```\n"
                    .formatted(evidence.figure().summary(), evidence.figure().detail()));
        }
        text.append("\n## What may be concluded\n");
        Resources.text(MarkdownReport.class, "limits.txt")
                .lines()
                .forEach(line -> text.append("- ").append(line).append('\n'));
        if (!study.left().isEmpty()) {
            text.append(
                    "- Not here, because the run has nothing for it: %s.\n".formatted(String.join("; ", study.left())));
        }
        methods(text, study);
        return text.toString();
    }

    private static void methods(StringBuilder text, Study study) {
        text.append("\n## Methods\n\n### Settings of the run\n").append(line(List.of("", "")));
        text.append(line(List.of("---", "---")));
        for (int column = 0; column < study.run().columns().size(); column++) {
            text.append(line(List.of(
                    study.run().columns().get(column),
                    NumberText.of(study.run().rows().get(0).get(column)))));
        }
        text.append("\n### Definitions\n");
        for (AnalysisView view : study.views()) {
            text.append("\n**%s.** %s.\n".formatted(view.name(), view.comment()));
            for (String section : List.of("Definition", "Formula", "Source", "Version")) {
                text.append("- %s: %s\n"
                        .formatted(
                                section,
                                view.sections().getOrDefault(section, "").replace('\n', ' ')));
            }
        }
    }

    /** The sentences of a figure as plain text. */
    public static List<String> sentences(Evidence evidence) {
        return sentences(evidence, UnaryOperator.identity());
    }

    private static List<String> sentences(Evidence evidence, UnaryOperator<String> marker) {
        return Sentence.of(evidence, UnaryOperator.identity(), marker);
    }

    private static void table(StringBuilder text, Rows rows) {
        text.append(line(rows.columns()))
                .append(line(rows.columns().stream().map(column -> "---").toList()));
        int shown = Math.min(MAX_ROWS, rows.rows().size());
        for (List<@Nullable Object> row : rows.rows().subList(0, shown)) {
            text.append(line(row.stream().map(NumberText::of).toList()));
        }
        if (shown < rows.rows().size()) {
            text.append(
                    "\nThe first %d of %,d rows.\n".formatted(shown, rows.rows().size()));
        }
    }

    private static String line(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
