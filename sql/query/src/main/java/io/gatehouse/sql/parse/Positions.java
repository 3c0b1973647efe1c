package io.gatehouse.sql.parse;

import io.gatehouse.error.TextRange;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Converts Calcite's positions. Calcite uses line 0 for an unknown position. */
public final class Positions {
    private static final TextRange START = new TextRange(1, 1, 1, 1);

    private Positions() {}

    public static TextRange of(SqlNode node) {
        return of(node.getParserPosition());
    }

    public static TextRange of(SqlParserPos position) {
        return of(position.getLineNum(), position.getColumnNum(), position.getEndLineNum(), position.getEndColumnNum());
    }

    public static TextRange of(CalciteContextException e) {
        return of(e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn());
    }

    private static TextRange of(int line, int column, int endLine, int endColumn) {
        if (line < 1 || column < 1) {
            return START;
        }
        boolean ordered = endLine > line || (endLine == line && endColumn >= column);
        return ordered ? new TextRange(line, column, endLine, endColumn) : new TextRange(line, column, line, column);
    }
}
