package io.gatehouse.sql.plan;

import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;

import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.StringReader;

/** A text with one blank wherever it has blanks and comments between two words or symbols, and none at its ends. */
final class NormalForm {
    private NormalForm() {}

    /** The normal form; the text itself if a character in it cannot be read. */
    static String of(String sql) {
        Lines lines = new Lines(sql);
        Tokens tokens = new Tokens(new StringReader(sql));
        StringBuilder normal = new StringBuilder();
        int end = 0;
        try {
            for (Token token = tokens.getNextToken(); token.kind != EOF; token = tokens.getNextToken()) {
                int start = lines.offset(token.beginLine, token.beginColumn);
                normal.append(start > end && !normal.isEmpty() ? " " : "");
                end = lines.offset(token.endLine, token.endColumn) + 1;
                normal.append(sql, start, end);
            }
        } catch (TokenMgrError e) {
            return sql;
        }
        return normal.toString();
    }
}
