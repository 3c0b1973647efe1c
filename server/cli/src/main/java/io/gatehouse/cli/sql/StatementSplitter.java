package io.gatehouse.cli.sql;

import io.gatehouse.sql.completion.Completion;
import java.util.ArrayList;
import java.util.List;

/** Takes a text of several statements apart at the semicolons that stand outside quotes and comments. */
public final class StatementSplitter {
    private final String text;
    private int at;

    private StatementSplitter(String text) {
        this.text = text;
    }

    /** The statements without their semicolons; those of blanks and comments alone are left out, the last needs no semicolon. */
    public static List<String> split(String text) {
        StatementSplitter splitter = new StatementSplitter(text);
        List<String> statements = new ArrayList<>();
        int start = 0;
        while (splitter.toSemicolon()) {
            add(statements, text.substring(start, splitter.at));
            start = ++splitter.at;
        }
        add(statements, text.substring(start));
        return statements;
    }

    /** Whether the text ends with a semicolon that ends a statement. */
    static boolean isComplete(String text) {
        StatementSplitter splitter = new StatementSplitter(text.stripTrailing());
        boolean last = false;
        while (splitter.toSemicolon()) {
            last = ++splitter.at == splitter.text.length();
        }
        return last;
    }

    private static void add(List<String> statements, String statement) {
        if (!Completion.isEmpty(statement)) {
            statements.add(statement.strip());
        }
    }

    private boolean toSemicolon() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ';') {
                return true;
            }
            if (c == '\'' || c == '"') {
                skipPast(String.valueOf(c), at + 1);
            } else if (text.startsWith("--", at)) {
                skipPast("\n", at + 2);
            } else if (text.startsWith("/*", at)) {
                skipPast("*/", at + 2);
            } else {
                at++;
            }
        }
        return false;
    }

    /** A doubled quote ends one quoted part and begins the next, which comes to the same. */
    private void skipPast(String end, int from) {
        int found = text.indexOf(end, from);
        at = found < 0 ? text.length() : found + end.length();
    }
}
