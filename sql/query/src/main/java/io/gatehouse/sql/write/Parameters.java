package io.gatehouse.sql.write;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The parameters of a statement and their types. A parameter may occur several times, where a form that is written once
 * expands to an expression that uses it twice.
 */
public final class Parameters extends RelVisitor {
    private final Map<Integer, RelDataType> types = new TreeMap<>();

    private Parameters() {}

    /** The types of the parameters in algebra, by their index from 0. */
    static Map<Integer, RelDataType> in(RelNode algebra) {
        Parameters parameters = new Parameters();
        parameters.go(algebra);
        return parameters.types;
    }

    /**
     * The types of all parameters of a statement.
     *
     * @param statement as parsed; all the queries that it was taken apart into
     * @param algebra what became of it
     */
    public static List<SqlType> types(List<? extends SqlNode> statement, RelNode algebra) {
        Map<Integer, SqlDynamicParam> written = new TreeMap<>();
        SqlBasicVisitor<Void> visitor = new SqlBasicVisitor<>() {
            @Override
            public Void visit(SqlDynamicParam parameter) {
                written.put(parameter.getIndex(), parameter);
                return null;
            }
        };
        statement.forEach(query -> query.accept(visitor));
        if (written.isEmpty()) {
            return List.of();
        }
        Map<Integer, RelDataType> used = in(algebra);
        List<SqlType> all = new ArrayList<>();
        written.forEach((index, parameter) -> {
            RelDataType type = used.get(index);
            if (type == null) {
                throw StatementErrors.notSupported(
                        parameter, "Parameter %d stands where none can.".formatted(index + 1));
            }
            if (!isScalar(type)) {
                throw StatementErrors.notSupported(
                        parameter,
                        "A parameter has no values of type %s; use numbers, strings, booleans, dates or times, and cast them."
                                .formatted(CalciteTypes.sqlType(type)));
            }
            all.add(CalciteTypes.sqlType(type));
        });
        return all;
    }

    private static boolean isScalar(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case BOOLEAN,
                    TINYINT,
                    SMALLINT,
                    INTEGER,
                    BIGINT,
                    DECIMAL,
                    REAL,
                    DOUBLE,
                    CHAR,
                    VARCHAR,
                    DATE,
                    TIME,
                    TIMESTAMP,
                    TIMESTAMP_WITH_LOCAL_TIME_ZONE -> true;
            default -> false;
        };
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        node.accept(new RexShuttle() {
            @Override
            public RexNode visitDynamicParam(RexDynamicParam parameter) {
                note(parameter);
                return parameter;
            }

            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                go(query.rel);
                return super.visitSubQuery(query);
            }
        });
        super.visit(node, ordinal, parent);
    }

    private void note(RexDynamicParam parameter) {
        RelDataType known = types.putIfAbsent(parameter.getIndex(), parameter.getType());
        if (known != null && known.getSqlTypeName() != parameter.getType().getSqlTypeName()) {
            throw StatementErrors.notSupported(
                    "Parameter %d is %s in one place and %s in another; write CAST(? AS type)."
                            .formatted(parameter.getIndex() + 1, known, parameter.getType()));
        }
    }
}
