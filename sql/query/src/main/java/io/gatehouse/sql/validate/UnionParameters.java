package io.gatehouse.sql.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/**
 * The parameters that are columns of the queries of a UNION, INTERSECT or EXCEPT: each has the type that the column has
 * in a query without such parameters.
 */
final class UnionParameters {
    private final ParameterTyping.Types types;

    UnionParameters(ParameterTyping.Types types) {
        this.types = types;
    }

    void infer(SqlNode union, SqlValidatorScope scope) {
        List<SqlNode> queries = new ArrayList<>();
        addQueries(union, queries);
        if (queries.stream().noneMatch(this::hasParameter)) {
            return;
        }
        Optional<RelDataType> known = queries.stream()
                .filter(query -> !hasParameter(query))
                .findFirst()
                .flatMap(query -> types.find(scope, query));
        known.ifPresent(row -> queries.forEach(query -> set(query, row, scope)));
    }

    private static void addQueries(SqlNode node, List<SqlNode> queries) {
        if (SqlKind.SET_QUERY.contains(node.getKind())) {
            ((SqlCall) node).getOperandList().forEach(operand -> addQueries(operand, queries));
        } else {
            queries.add(node);
        }
    }

    private boolean hasParameter(SqlNode query) {
        return items(query).stream().anyMatch(item -> item instanceof SqlDynamicParam);
    }

    private void set(SqlNode query, RelDataType row, SqlValidatorScope scope) {
        List<SqlNode> items = items(query);
        for (int i = 0; i < items.size() && items.size() == row.getFieldCount(); i++) {
            if (items.get(i) instanceof SqlDynamicParam parameter && !types.isTyped(parameter)) {
                types.set(scope, parameter, row.getFieldList().get(i).getType());
            }
        }
    }

    private static List<SqlNode> items(SqlNode query) {
        return query instanceof SqlSelect select
                ? select.getSelectList().stream().map(SqlUtil::stripAs).toList()
                : List.of();
    }
}
