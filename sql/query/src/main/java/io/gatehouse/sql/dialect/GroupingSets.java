package io.gatehouse.sql.dialect;

import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.Litmus;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Expands ROLLUP and CUBE to GROUPING SETS. Calcite drops repeated sets, such as those of {@code ROLLUP (a, a)}, but
 * keeps them in GROUPING SETS.
 */
public final class GroupingSets {
    /** The largest number of keys of a CUBE that is expanded: a thousand sets. */
    private static final int MOST_KEYS = 10;

    private GroupingSets() {}

    public static void writeOut(SqlSelect select) {
        SqlNodeList keys = select.getGroup();
        if (keys != null) {
            keys.replaceAll(GroupingSets::sets);
        }
    }

    private static SqlNode sets(SqlNode key) {
        return switch (key.getKind()) {
            case ROLLUP -> rollup((SqlCall) key);
            case CUBE -> cube((SqlCall) key);
            case GROUPING_SETS ->
                grouping(
                        key,
                        ((SqlCall) key)
                                .getOperandList().stream()
                                        .map(GroupingSets::sets)
                                        .toList());
            default -> key;
        };
    }

    private static SqlNode rollup(SqlCall rollup) {
        List<SqlNode> keys = rollup.getOperandList();
        return grouping(
                rollup,
                IntStream.rangeClosed(0, keys.size())
                        .mapToObj(left -> set(rollup, keys.subList(0, keys.size() - left)))
                        .toList());
    }

    private static SqlNode cube(SqlCall cube) {
        List<SqlNode> keys = cube.getOperandList();
        if (keys.size() > MOST_KEYS) {
            return cube;
        }
        List<SqlNode> sets = new ArrayList<>();
        for (int without = 0; without < 1 << keys.size(); without++) {
            int bits = without;
            sets.add(set(
                    cube,
                    IntStream.range(0, keys.size())
                            .filter(key -> (bits >> key & 1) == 0)
                            .mapToObj(keys::get)
                            .toList()));
        }
        return grouping(cube, sets);
    }

    private static SqlNode set(SqlNode place, List<SqlNode> keys) {
        List<SqlNode> flat = keys.stream()
                .flatMap(key -> key.getKind() == SqlKind.ROW
                        ? ((SqlCall) key).getOperandList().stream()
                        : List.of(key).stream())
                .toList();
        return switch (flat.size()) {
            case 0 -> new SqlNodeList(place.getParserPosition());
            case 1 -> flat.get(0);
            default -> SqlStdOperatorTable.ROW.createCall(place.getParserPosition(), flat);
        };
    }

    /**
     * Refuses a key that two sets name in two ways, such as by its alias and by its column. To DuckDB these are two keys,
     * and the SELECT list shows one of them; to the standard they are one.
     *
     * @param written the keys as they were written
     * @param expanded the same keys with every name and number written out
     */
    public static void checkKeys(SqlNodeList written, SqlNodeList expanded) {
        if (written.stream()
                .noneMatch(key -> key.getKind() == SqlKind.GROUPING_SETS || key.getKind() == SqlKind.CUBE)) {
            return;
        }
        List<SqlNode> meanings = leaves(expanded).toList();
        Map<String, SqlNode> forms = new HashMap<>();
        Iterator<SqlNode> meaning = meanings.iterator();
        for (SqlNode key : leaves(written).toList()) {
            SqlNode other = forms.putIfAbsent(meaning.next().toString(), key);
            if (other != null && !other.equalsDeep(key, Litmus.IGNORE)) {
                throw StatementErrors.notSupported(
                        key, "%s and %s are the same key of grouping sets; write it in one way.".formatted(other, key));
            }
        }
    }

    /** The columns that grouping sets name, by their last names in lower case. */
    public static Set<String> columns(@Nullable SqlNodeList keys) {
        return keys == null
                ? Set.of()
                : keys.stream()
                        .filter(key -> key.getKind() == SqlKind.GROUPING_SETS || key.getKind() == SqlKind.CUBE)
                        .flatMap(GroupingSets::leaves)
                        .filter(SqlIdentifier.class::isInstance)
                        .map(key -> SqlTrees.key(Util.last(((SqlIdentifier) key).names)))
                        .collect(Collectors.toSet());
    }

    private static Stream<SqlNode> leaves(SqlNode key) {
        if (key instanceof SqlNodeList list) {
            return list.stream().flatMap(GroupingSets::leaves);
        }
        return switch (key.getKind()) {
            case GROUPING_SETS, ROLLUP, CUBE, ROW ->
                ((SqlCall) key).getOperandList().stream().flatMap(GroupingSets::leaves);
            default -> Stream.of(key);
        };
    }

    private static SqlNode grouping(SqlNode place, List<SqlNode> sets) {
        return SqlStdOperatorTable.GROUPING_SETS.createCall(place.getParserPosition(), sets);
    }
}
