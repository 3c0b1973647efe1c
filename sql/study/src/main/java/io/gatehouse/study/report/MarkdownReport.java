package io.gatehouse.study.report;

import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.study.Part;
import io.gatehouse.study.Rows;
import io.gatehouse.study.RunFacts;
import io.gatehouse.study.Study;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The study as Markdown: sentences, tables, statements and methods; the pictures are in the HTML report. */
public final class MarkdownReport {
    private static final int MAX_ROWS = 20;

    private MarkdownReport() {}

    /** Returns the Markdown text. */
    public static String of(Study study) {
        RunFacts run = study.run();
        StringBuilder text = new StringBuilder(
                "# %s\n\nRun “%s”. The charts are in the HTML report (`gatehouse study%s --format html`).\n"
                        .formatted(
                                HtmlReport.title(study),
                                run.name(),
                                study.part() == Part.BASE ? "" : " --part " + study.part()));
        PartText.of(study, "introduction.txt")
                .forEach(line -> text.append('\n').append(line).append('\n'));
        if (run.isPartial()) {
            text.append("\n**Partial run: %s.** %s\n".formatted(run.status(), run.partialNote()));
        }
        if (!run.longPrompts().equals("none")) {
            text.append("\n**Long prompts: %s.**\n".formatted(run.longPrompts()));
        }
        List<String> lead = study.figures().stream()
                .flatMap(evidence -> Sentence.lead(evidence, UnaryOperator.identity(), MarkdownReport::bold).stream())
                .toList();
        if (!lead.isEmpty()) {
            text.append("\n> ").append(String.join(" ", lead)).append('\n');
        }
        int tables = 0;
        String section = "";
        for (Evidence evidence : study.figures()) {
            if (!evidence.figure().section().equals(section)) {
                section = evidence.figure().section();
                text.append("\n## ").append(section).append('\n');
            }
            text.append("\n### %s\n%s\n\n"
                    .formatted(evidence.figure().title(), String.join(" ", sentences(evidence, MarkdownReport::bold))));
            if (evidence.detail().isEmpty()) {
                text.append("No table: %s.\n".formatted(evidence.figure().text().unpictured()));
            } else {
                tables++;
                text.append("**Table %d.** %s %s\n\n"
                        .formatted(
                                tables,
                                evidence.figure().text().caption(),
                                String.join(" ", evidence.figure().text().notes())));
                table(text, evidence.detail());
            }
            // Each can be copied as it is: a statement is asked without a semicolon.
            text.append("\n```sql\n%s\n```\n\n```sql\n%s\n```\n"
                    .formatted(evidence.figure().summary(), evidence.figure().detail()));
        }
        text.append("\n## What can be concluded\n");
        PartText.of(study, "limits.txt")
                .forEach(line -> text.append("- ").append(line).append('\n'));
        if (!study.absent().isEmpty()) {
            text.append("\n## Not in this report\n");
            study.absent().forEach(absence -> text.append("- %s: %s\n".formatted(absence.title(), absence.reason())));
        }
        methods(text, study);
        List<String> references = PartText.of(study, "references.txt");
        text.append(references.isEmpty() ? "" : "\n## References\n");
        for (int i = 0; i < references.size(); i++) {
            text.append("[%d] %s\n".formatted(i + 1, references.get(i)));
        }
        return text.toString();
    }

    private static void methods(StringBuilder text, Study study) {
        text.append("\n## Methods\n\n### The run\n").append(line(List.of("", "")));
        text.append(line(List.of("---", "---")));
        study.run().settings().forEach((name, value) -> text.append(line(List.of(name, value))));
        text.append("\n### To repeat the run\n```\n%s\n%s\n```\n"
                .formatted(study.run().command(), study.run().studyCommand(study.part())));
        text.append("\n### Definitions\n");
        for (DefinedQuery defined : study.definitions()) {
            text.append("\n**%s.** %s.\n".formatted(defined.name(), defined.comment()));
            for (String section : List.of("Definition", "Formula", "Source", "Version")) {
                text.append("- %s: %s\n"
                        .formatted(
                                section,
                                defined.sections().getOrDefault(section, "").replace('\n', ' ')));
            }
        }
    }

    /** The sentences of a figure as plain text. */
    public static List<String> sentences(Evidence evidence) {
        return sentences(evidence, UnaryOperator.identity());
    }

    /** A figure in a few words, to stand beside its title; none for most. */
    public static List<String> headlines(Evidence evidence) {
        return Sentence.headlines(evidence);
    }

    private static List<String> sentences(Evidence evidence, UnaryOperator<String> marker) {
        return Sentence.of(evidence, UnaryOperator.identity(), marker);
    }

    private static String bold(String value) {
        return "**" + value + "**";
    }

    private static void table(StringBuilder text, Rows rows) {
        text.append(line(rows.columns().stream().map(NumberText::words).toList()))
                .append(line(rows.columns().stream().map(column -> "---").toList()));
        int shown = Math.min(MAX_ROWS, rows.rows().size());
        for (List<@Nullable Object> row : rows.rows().subList(0, shown)) {
            text.append(line(IntStream.range(0, row.size())
                    .mapToObj(column -> NumberText.ofColumn(rows.columns().get(column), row.get(column)))
                    .toList()));
        }
        if (shown < rows.rows().size()) {
            text.append(
                    "\nThe first %d of %,d rows.\n".formatted(shown, rows.rows().size()));
        }
    }

    private static String line(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replace("|", "\\|").replaceAll("\\R", " "))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
