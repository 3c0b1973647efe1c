package io.gatehouse.sql.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/**
 * ROLLUP and CUBE as the grouping sets that they mean. Calcite forgets a set that comes twice, as all do but the last of
 * {@code ROLLUP (a, a)}; of GROUPING SETS it keeps all.
 */
final class WrittenSets {
    /** Keys of a CUBE that is written out: a thousand sets. */
    private static final int MOST_KEYS = 10;

    private WrittenSets() {}

    static void writeOut(SqlSelect select) {
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

    private static SqlNode grouping(SqlNode place, List<SqlNode> sets) {
        return SqlStdOperatorTable.GROUPING_SETS.createCall(place.getParserPosition(), sets);
    }
}
