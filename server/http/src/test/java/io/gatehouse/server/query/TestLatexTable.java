package io.gatehouse.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.client.Bindings;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.type.SqlType;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables for LaTeX, whatever a statement and its texts contain. */
final class TestLatexTable {
    private static final List<String> HOSTILE = List.of(
            "a & b \\\\ c",
            "\\input{/etc/passwd}",
            "100 % of {x}_1^2 ~ $5 #3",
            "if a < b > c | d",
            "[1pt] is no length",
            "* is no star",
            "\"quoted\", ``so'' and --- ,, so",
            "two\n\nlines\tand a bell \u0007 and ^^5c ^^M",
            "  two blanks before",
            "\\end{tabular}",
            "");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void alignsNumbersAndEscapesNames() {
        List<ResultColumn> columns = List.of(
                column("run_id", SqlType.Scalar.BIGINT),
                column("share", SqlType.Scalar.DOUBLE),
                column("exact", SqlType.parse("DECIMAL(10,2)")),
                column("top_k", SqlType.parse("INTEGER[]")),
                column("day", SqlType.Scalar.DATE),
                column("R&D", SqlType.Scalar.VARCHAR));
        List<List<@Nullable Object>> rows = List.of(
                Arrays.asList(1L, -0.25, new BigDecimal("-1.50"), List.of(1, 2), LocalDate.of(2026, 11, 24), "50 %"),
                Arrays.asList(2L, Double.NaN, null, null, null, null));
        String table = table("SELECT 1", columns, rows);
        assertThat(table).isEqualTo("""
                % SELECT 1
                \\begin{tabular}{rrrlll}
                \\toprule
                run\\_id & share & exact & top\\_k & day & R\\&D \\\\
                \\midrule
                1 & $-$0.25 & $-$1.50 & [1,2] & 2026-11-24 & 50 \\% \\\\
                2 & NaN & -- & -- & -- & -- \\\\
                \\bottomrule
                \\end{tabular}
                % 2 rows
                """);
    }

    @Test
    void writesTextsThatSayNothingToLatex() {
        assertThat(cells(HOSTILE))
                .containsExactly(
                        "a \\& b \\textbackslash{}\\textbackslash{} c",
                        "\\textbackslash{}input\\{/etc/passwd\\}",
                        "100 \\% of \\{x\\}\\_1\\textasciicircum{}2 \\textasciitilde{} \\$5 \\#3",
                        "if a \\textless{} b \\textgreater{} c \\textbar{} d",
                        "{}[1pt] is no length",
                        "{}* is no star",
                        "\\string\"quoted\\string\", \\textasciigrave{}\\textasciigrave{}so'{}' and -{}-{}- ,{}, so",
                        "two \\ lines and a bell ? and \\textasciicircum{}\\textasciicircum{}5c"
                                + " \\textasciicircum{}\\textasciicircum{}M",
                        "\\ \\ two blanks before",
                        "\\textbackslash{}end\\{tabular\\}",
                        "");
    }

    private List<String> cells(List<String> texts) {
        return column(texts)
                .lines()
                .dropWhile(line -> !line.equals("\\midrule"))
                .skip(1)
                .takeWhile(line -> !line.equals("\\bottomrule"))
                .map(line -> line.replaceFirst(" \\\\\\\\$", ""))
                .toList();
    }

    private String column(List<String> texts) {
        List<List<@Nullable Object>> rows =
                texts.stream().map(Arrays::<@Nullable Object>asList).toList();
        return table("FROM texts", List.of(column("t", SqlType.Scalar.VARCHAR)), rows);
    }

    @Test
    void namesTheStatementInComments() throws IOException {
        StringWriter text = new StringWriter();
        LatexTable table = new LatexTable(text, List.of(column("x", SqlType.Scalar.INTEGER)));
        table.start(
                "\nSELECT ? AS x\r\\immediate\\write18{ls}\n  -- 100 %\u000b\u0000",
                new Bindings.InOrder(Arrays.asList("a\nb", null, 3)));
        table.row(column -> 3);
        table.end(true);
        assertThat(text.toString().lines())
                .startsWith(
                        "% SELECT ? AS x",
                        "% \\immediate\\write18{ls}",
                        "%   -- 100 %  ",
                        "% Parameters: [\"a\\nb\",null,3]",
                        "\\begin{tabular}{r}")
                .endsWith("\\end{tabular}", "% 1 row, cut by the limit");
    }

    /** What no reader of the code can know: that LaTeX accepts it and prints the texts. */
    @Test
    void compiles() throws Exception {
        assumeTrue(hasProgram("pdflatex"), "pdflatex is not installed");
        Files.writeString(folder.resolve("table.tex"), column(HOSTILE));
        Files.writeString(folder.resolve("empty.tex"), column(List.of()));
        Files.writeString(folder.resolve("paper.tex"), """
                \\documentclass{article}
                \\usepackage{booktabs}
                \\begin{document}
                \\input{table}
                \\input{empty}
                \\end{document}
                """);
        Process latex = new ProcessBuilder("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        assertThat(latex.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String output = Files.readString(folder.resolve("output.txt"));
        assertThat(latex.exitValue()).as(output).isZero();
        assertThat(output).contains("1 page").doesNotContain("Missing character", "LaTeX Warning");
    }

    private static boolean hasProgram(String name) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, name)));
    }

    private static ResultColumn column(String name, SqlType type) {
        return new ResultColumn(name, type);
    }

    private static String table(String sql, List<ResultColumn> columns, List<List<@Nullable Object>> rows) {
        StringWriter text = new StringWriter();
        LatexTable table = new LatexTable(text, columns);
        try {
            table.start(sql, Bindings.none());
            for (List<@Nullable Object> row : rows) {
                table.row(row::get);
            }
            table.end(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
