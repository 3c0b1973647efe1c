package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;

import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.StringReader;

/**
 * A text with one blank wherever it has blanks and comments between two words or symbols, and none at its ends. Between
 * two texts in quotes a line break stays one: it makes one text of them, where a blank is an error.
 */
public final class NormalForm {
    private NormalForm() {}

    /** The normal form; the text itself if a character in it cannot be read. */
    public static String of(String sql) {
        Lines lines = new Lines(sql);
        Tokens tokens = new Tokens(new StringReader(sql));
        StringBuilder normal = new StringBuilder();
        int end = 0;
        Token before = null;
        try {
            for (Token token = tokens.getNextToken(); token.kind != EOF; token = tokens.getNextToken()) {
                int start = lines.offset(token.beginLine, token.beginColumn);
                normal.append(start > end && before != null ? blank(before, token) : "");
                end = lines.offset(token.endLine, token.endColumn) + 1;
                normal.append(sql, start, end);
                before = token;
            }
        } catch (TokenMgrError e) {
            return sql;
        }
        return normal.toString();
    }

    private static String blank(Token before, Token token) {
        boolean continued =
                before.image.endsWith("'") && token.image.startsWith("'") && token.beginLine > before.endLine;
        return continued ? "\n" : " ";
    }
}
