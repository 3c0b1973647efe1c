package io.gatehouse.sql.validate;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * What part of a text a query or a join is. Calcite's position of a join is that of its keyword, and the position of a
 * SELECT ends before ORDER BY.
 */
final class TextRanges {
    private static final Comparator<SqlParserPos> START =
            Comparator.comparingInt(SqlParserPos::getLineNum).thenComparingInt(SqlParserPos::getColumnNum);

    private static final Comparator<SqlParserPos> END =
            Comparator.comparingInt(SqlParserPos::getEndLineNum).thenComparingInt(SqlParserPos::getEndColumnNum);

    /** Orders nodes of which one is within the other. */
    static final Comparator<SqlNode> INNERMOST_FIRST =
            Comparator.comparing(TextRanges::of, START.reversed().thenComparing(END));

    private TextRanges() {}

    /** Whether a place is within the text of a node. */
    static boolean contains(SqlNode node, SqlParserPos place) {
        SqlParserPos range = of(node);
        return START.compare(range, place) <= 0 && END.compare(range, place) >= 0;
    }

    private static SqlParserPos of(SqlNode node) {
        Stream<SqlParserPos> parts = Stream.of();
        if (node instanceof SqlJoin join) {
            parts = Stream.of(join.getLeft(), join.getRight(), join.getCondition())
                    .filter(Objects::nonNull)
                    .map(TextRanges::of);
        } else if (node instanceof SqlSelect select && select.getOrderList() != null) {
            parts = Stream.of(select.getOrderList().getParserPosition());
        }
        List<SqlParserPos> known = Stream.concat(Stream.of(node.getParserPosition()), parts)
                .filter(position -> position.getLineNum() > 0)
                .toList();
        return known.isEmpty() ? SqlParserPos.ZERO : SqlParserPos.sum(known);
    }
}
