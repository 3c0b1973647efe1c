package io.gatehouse.sql.write;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.parse.ParameterNames;
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
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The parameters of a statement and their types. A parameter may occur several times, where a form that is written once
 * expands to an expression that uses it twice.
 */
public final class Parameters extends RelVisitor {
    private final Map<Integer, RelDataType> types = new TreeMap<>();
    private final Map<Integer, SqlDynamicParam> written;

    private Parameters(Map<Integer, SqlDynamicParam> written) {
        this.written = written;
    }

    /** The types of the parameters in algebra, by their index from 0. */
    static Map<Integer, RelDataType> in(RelNode algebra) {
        return in(algebra, Map.of());
    }

    private static Map<Integer, RelDataType> in(RelNode algebra, Map<Integer, SqlDynamicParam> written) {
        Parameters parameters = new Parameters(written);
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
                written.putIfAbsent(parameter.getIndex(), parameter);
                return null;
            }
        };
        statement.forEach(query -> query.accept(visitor));
        if (written.isEmpty()) {
            return List.of();
        }
        Map<Integer, RelDataType> used = in(algebra, written);
        List<SqlType> all = new ArrayList<>();
        written.forEach((index, parameter) -> {
            RelDataType type = used.get(index);
            if (type == null) {
                throw StatementErrors.notSupported(
                        parameter, "Parameter %s stands where none can.".formatted(ParameterNames.label(parameter)));
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
        types.merge(parameter.getIndex(), parameter.getType(), (known, other) -> agreed(parameter, known, other));
    }

    /** The type of a parameter that has types in two places: of two integer types, the one whose values both hold. */
    private RelDataType agreed(RexDynamicParam parameter, RelDataType known, RelDataType other) {
        if (SqlTypeUtil.isIntType(known) && SqlTypeUtil.isIntType(other)) {
            return known.getPrecision() <= other.getPrecision() ? known : other;
        }
        boolean sameDigits = known.getSqlTypeName() != SqlTypeName.DECIMAL
                || (known.getPrecision() == other.getPrecision() && known.getScale() == other.getScale());
        if (known.getSqlTypeName() == other.getSqlTypeName() && sameDigits) {
            return known;
        }
        SqlDynamicParam place = written.get(parameter.getIndex());
        String label = place == null ? Integer.toString(parameter.getIndex() + 1) : ParameterNames.label(place);
        String message = "Parameter %s is %s in one place and %s in another; write CAST(%s AS type) in both."
                .formatted(label, shown(known), shown(other), label.startsWith(":") ? label : "?");
        throw place == null ? StatementErrors.notSupported(message) : StatementErrors.notSupported(place, message);
    }

    private static Object shown(RelDataType type) {
        return isScalar(type) ? CalciteTypes.sqlType(type) : type;
    }
}
