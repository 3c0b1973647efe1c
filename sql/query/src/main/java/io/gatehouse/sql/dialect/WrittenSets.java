package io.gatehouse.sql.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.Litmus;

/**
 * ROLLUP and CUBE as the grouping sets that they mean. Calcite forgets a set that comes twice, as all do but the last of
 * {@code ROLLUP (a, a)}; of GROUPING SETS it keeps all.
 */
public final class WrittenSets {
    /** Keys of a CUBE that is written out: a thousand sets. */
    private static final int MOST_KEYS = 10;

    private WrittenSets() {}

    public static void writeOut(SqlSelect select) {
        SqlNodeList keys = select.getGroup();
        if (keys != null) {
            keys.replaceAll(WrittenSets::sets);
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
                                        .map(WrittenSets::sets)
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
                throw DialectForms.refused(
                        key, "%s and %s are the same key of grouping sets; write it in one way.".formatted(other, key));
            }
        }
    }

    private static Stream<SqlNode> leaves(SqlNode key) {
        if (key instanceof SqlNodeList list) {
            return list.stream().flatMap(WrittenSets::leaves);
        }
        return switch (key.getKind()) {
            case GROUPING_SETS, ROLLUP, CUBE, ROW ->
                ((SqlCall) key).getOperandList().stream().flatMap(WrittenSets::leaves);
            default -> Stream.of(key);
        };
    }

    private static SqlNode grouping(SqlNode place, List<SqlNode> sets) {
        return SqlStdOperatorTable.GROUPING_SETS.createCall(place.getParserPosition(), sets);
    }
}
