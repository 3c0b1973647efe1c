package io.gatehouse.cli.terminal;

import io.gatehouse.client.ResultColumn;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows in aligned columns: text to the left, numbers to the right. */
public final class TextTable {
    private static final String GAP = "  ";

    private TextTable() {}

    public static void print(PrintWriter out, List<ResultColumn> columns, List<List<@Nullable Object>> rows) {
        List<List<String>> cells = rows.stream()
                .map(row -> IntStream.range(0, columns.size())
                        .mapToObj(column -> CellText.of(columns.get(column), row.get(column)))
                        .toList())
                .toList();
        List<String> names =
                columns.stream().map(column -> CellText.visible(column.name())).toList();
        int[] widths = new int[columns.size()];
        boolean[] right = new boolean[columns.size()];
        for (int column = 0; column < widths.length; column++) {
            int index = column;
            widths[column] = Math.max(
                    names.get(column).length(),
                    cells.stream()
                            .mapToInt(row -> row.get(index).length())
                            .max()
                            .orElse(0));
            right[column] = rows.stream().map(row -> row.get(index)).anyMatch(Number.class::isInstance);
        }
        printRow(out, names, widths, right);
        cells.forEach(row -> printRow(out, row, widths, right));
    }

    private static void printRow(PrintWriter out, List<String> cells, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(GAP).append(right[column] ? padding + cell : cell + padding);
        }
        out.println(line.toString().stripTrailing());
    }
}
