package io.gatehouse.sql.plan;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * The pattern of GLOB as a regular expression, which is matched in a time that grows with the text alone. DuckDB's own way
 * tries each star again for each star behind it.
 */
final class Glob {
    private final String pattern;
    private final StringBuilder regex = new StringBuilder("(?s)");
    private int at;

    private Glob(String pattern) {
        this.pattern = pattern;
    }

    /** The regular expression of the right side of a GLOB. */
    static SqlNode pattern(SqlCall glob) {
        SqlNode pattern = glob.operand(1);
        if (!(pattern instanceof SqlLiteral literal) || literal.getTypeName() != SqlTypeName.CHAR) {
            throw DialectForms.refused(pattern, "GLOB takes a pattern that is written out; write LIKE for another.");
        }
        return SqlLiteral.createCharString(
                new Glob(literal.getValueAs(String.class)).regex(), pattern.getParserPosition());
    }

    private String regex() {
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '[' -> characters();
                case '\\' -> {
                    if (at < pattern.length()) {
                        literal(pattern.charAt(at++));
                    } else {
                        literal(c);
                    }
                }
                default -> literal(c);
            }
        }
        return regex.toString();
    }

    /** [abc], [a-z] and [!abc]; without the closing bracket nothing matches. */
    private void characters() {
        int end = pattern.indexOf(']', at + 1);
        if (end < 0) {
            regex.append("[^\\x{0}-\\x{10FFFF}]");
            at = pattern.length();
            return;
        }
        String content = pattern.substring(at, end);
        at = end + 1;
        boolean negated = content.startsWith("!");
        regex.append(negated ? "[^" : "[");
        String members = negated ? content.substring(1) : content;
        for (int i = 0; i < members.length(); i++) {
            char c = members.charAt(i);
            boolean range = c == '-' && i > 0 && i + 1 < members.length();
            regex.append(range || Character.isLetterOrDigit(c) ? "" : "\\").append(c);
        }
        regex.append(']');
    }

    private void literal(char c) {
        boolean special = c < 128 && !Character.isLetterOrDigit(c) && !Character.isWhitespace(c);
        regex.append(special ? "\\" : "").append(c);
    }
}
