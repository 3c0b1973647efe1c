package io.gatehouse.sql.dialect;

import java.util.IdentityHashMap;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.jspecify.annotations.Nullable;

/**
 * How many parts a statement has in which one part stands in several places: it counts in each of them, but is looked at
 * once. Every other walk looks at it once for each place, so that this is asked first.
 */
final class WrittenSize {
    private final IdentityHashMap<SqlNode, Long> known = new IdentityHashMap<>();

    /** Throws if a node is too large. What is below it must not change any more; the node itself may. */
    void check(SqlNode node) {
        if (parts(node) > Expansion.MAX_SIZE) {
            throw Expansion.tooLarge();
        }
    }

    private long of(@Nullable SqlNode node) {
        if (node == null) {
            return 0;
        }
        Long before = known.get(node);
        if (before != null) {
            return before;
        }
        long parts = parts(node);
        known.put(node, parts);
        return parts;
    }

    private long parts(SqlNode node) {
        long parts = node instanceof SqlNodeList ? 0 : 1;
        for (SqlNode part : below(node)) {
            parts = Math.min(Expansion.ENOUGH, parts + of(part));
        }
        return parts;
    }

    private static List<? extends @Nullable SqlNode> below(SqlNode node) {
        if (node instanceof SqlNodeList list) {
            return list;
        }
        return node instanceof SqlCall call ? call.getOperandList() : List.of();
    }
}
