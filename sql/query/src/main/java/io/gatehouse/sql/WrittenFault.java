package io.gatehouse.sql;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a statement DuckDB could not read. Its message shows a line of the SQL that was written for the statement, and
 * below it a mark at the place; from these the clause or the function can be told that the user wrote.
 *
 * @param form the word before the place that opens what stands there, such as FROM or CAST
 * @param place what stands at the place
 */
record WrittenFault(Optional<String> form, Optional<String> place) {
    /** Names that are not known, which only we can have written: those of the user were looked up before. */
    private static final Pattern OF_NAMES = Pattern.compile(
            "Referenced (column|table) .* not found|does not have a column named|Ambiguous reference"
                    + "|GROUP BY (term|clause)|Duplicate alias|ORDER term out of range",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FORM = Pattern.compile(
            "\\b(SELECT|FROM|JOIN|LATERAL|UNNEST|VALUES|WHERE|GROUP BY|HAVING|QUALIFY|OVER|PARTITION BY|ORDER BY|LIMIT"
                    + "|TABLESAMPLE|UNION|INTERSECT|EXCEPT|FILTER|WITHIN GROUP|CASE|CAST|TRY_CAST|INTERVAL|LIKE|BETWEEN"
                    + "|[A-Z_][A-Z_0-9]*(?=\\())",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern WORD = Pattern.compile("\\G(\"?[\\w$ ]+\"|\\w+|\\S)");
    private static final Pattern TEXT = Pattern.compile("'[^']*'?|\"[^\"]*\"?");

    /** Whether a message of DuckDB's says that it cannot read what was written for it. */
    static boolean isIn(String kind, String detail) {
        return switch (kind) {
            case "Parser Error", "Syntax Error", "Catalog Error" -> true;
            case "Binder Error" -> OF_NAMES.matcher(detail).find();
            default -> false;
        };
    }

    static WrittenFault of(String message) {
        List<String> lines = message.lines().toList();
        for (int i = 0; i + 1 < lines.size(); i++) {
            int mark = lines.get(i + 1).indexOf('^');
            if (lines.get(i).startsWith("LINE ") && mark >= 0) {
                return at(lines.get(i), Math.min(mark, lines.get(i).length()));
            }
        }
        return new WrittenFault(Optional.empty(), Optional.empty());
    }

    private static WrittenFault at(String line, int place) {
        Matcher word = WORD.matcher(line);
        String before = TEXT.matcher(line.substring(line.indexOf(':') + 1, Math.max(line.indexOf(':') + 1, place)))
                .replaceAll("x");
        Matcher form = FORM.matcher(before);
        Optional<String> last = Optional.empty();
        while (form.find()) {
            last = Optional.of(form.group());
        }
        return new WrittenFault(
                last, word.find(place) ? Optional.of(word.group().strip()) : Optional.empty());
    }

    String sentence() {
        String where = form.map(name -> " in " + name).orElse("")
                + place.map(name -> " at " + name).orElse("");
        return where.isEmpty()
                ? "This form of statement is not supported."
                : "This form of statement is not supported; the fault is%s.".formatted(where);
    }
}
