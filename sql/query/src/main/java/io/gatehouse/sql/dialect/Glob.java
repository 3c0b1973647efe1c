package io.gatehouse.sql.dialect;

import io.gatehouse.sql.parse.StatementErrors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Converts the pattern of GLOB to a regular expression, which matches in linear time. DuckDB's own GLOB backtracks for
 * each star.
 */
final class Glob {
    /** Matches no character. */
    private static final String NOTHING = "[^\\x{0}-\\x{10FFFF}]";

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
            throw StatementErrors.notSupported(
                    pattern, "GLOB takes a pattern that is written out; write LIKE for another.");
        }
        return SqlLiteral.createCharString(
                new Glob(literal.getValueAs(String.class)).regex(), pattern.getParserPosition());
    }

    private String regex() {
        while (at < pattern.length()) {
            int c = pattern.codePointAt(at);
            at += Character.charCount(c);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '[' -> characters();
                case '\\' -> {
                    if (at == pattern.length()) {
                        regex.append(NOTHING);
                    } else {
                        regex.append(code(pattern.codePointAt(at)));
                        at = pattern.offsetByCodePoints(at, 1);
                    }
                }
                default -> regex.append(Character.isLetterOrDigit(c) ? Character.toString(c) : code(c));
            }
        }
        return regex.toString();
    }

    /** [abc], [a-z] and [!abc]; a bracket that closes at once is one of the characters. */
    private void characters() {
        boolean negated = pattern.startsWith("!", at);
        int first = negated ? at + 1 : at;
        int end = pattern.indexOf(']', negated ? first : first + 1);
        if (end < 0) {
            regex.append(NOTHING);
            at = pattern.length();
            return;
        }
        at = end + 1;
        String members = members(pattern.substring(first, end).codePoints().toArray());
        if (members.isEmpty()) {
            regex.append(negated ? "." : NOTHING);
        } else {
            regex.append(negated ? "[^" : "[").append(members).append(']');
        }
    }

    private static String members(int[] characters) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < characters.length; i++) {
            boolean range = i + 2 < characters.length && characters[i + 1] == '-';
            int last = range ? characters[i + 2] : characters[i];
            if (characters[i] <= last) {
                members.append(code(characters[i])).append('-').append(code(last));
            }
            i += range ? 2 : 0;
        }
        return members.toString();
    }

    private static String code(int character) {
        return "\\x{%X}".formatted(character);
    }
}
