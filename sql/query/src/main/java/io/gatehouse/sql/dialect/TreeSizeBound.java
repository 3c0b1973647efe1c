package io.gatehouse.sql.dialect;

import java.util.IdentityHashMap;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.jspecify.annotations.Nullable;

/**
 * Counts the parts of a statement whose nodes may be shared: a shared node counts at each place but is visited once.
 * All other tree walks visit it at each place, so this check runs first.
 */
final class TreeSizeBound {
    private final IdentityHashMap<SqlNode, Long> known = new IdentityHashMap<>();

    /** Throws if a tree is too large. The nodes below the root must not change afterwards; the root may. */
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
