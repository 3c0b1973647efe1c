package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.FunctionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.ListScope;
import org.apache.calcite.sql.validate.SqlMoniker;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.jspecify.annotations.Nullable;

/**
 * Validates names as DuckDB does. Where a column and an alias have one name, ORDER BY means the alias if the name is
 * all that stands there, and the column inside an expression; QUALIFY always means the column. Calcite alone would mean
 * the alias each time.
 */
final class DuckDbValidator extends SqlValidatorImpl {
    private final KnownTypes types = new KnownTypes();
    private final ParameterTyping parameters;

    DuckDbValidator(CalciteCatalogReader reader) {
        super(
                FunctionTable.INSTANCE,
                reader,
                reader.getTypeFactory(),
                Config.DEFAULT
                        .withConformance(Grammar.conformance())
                        .withDefaultNullCollation(NullCollation.LAST)
                        .withCallRewrite(false)
                        .withTypeCoercionFactory(LiteralCoercion::new)
                        .withIdentifierExpansion(true));
        parameters = new ParameterTyping(types, reader.getTypeFactory());
    }

    @Override
    protected void inferUnknownTypes(RelDataType inferred, SqlValidatorScope scope, SqlNode node) {
        boolean told = !inferred.equals(getUnknownType());
        parameters.infer(scopes.getOrDefault(node, scope), node, told ? Optional.of(inferred) : Optional.empty());
        if (node instanceof SqlDynamicParam parameter && types.isTyped(parameter)) {
            return;
        }
        super.inferUnknownTypes(inferred, scope, node);
    }

    /** The rows of VALUES tell each other the types of their columns. */
    @Override
    protected void validateValues(SqlCall values, RelDataType target, SqlValidatorScope scope) {
        parameters.inferRows(scope, values.getOperandList());
        super.validateValues(values, target, scope);
    }

    /** The queries of a UNION do so too. */
    @Override
    public void validateQuery(SqlNode query, SqlValidatorScope scope, RelDataType target) {
        if (SqlKind.SET_QUERY.contains(query.getKind())) {
            new UnionParameters(types).infer(query, scope);
        }
        super.validateQuery(query, scope, target);
    }

    private final class KnownTypes implements ParameterTyping.Types {
        @Override
        public Optional<RelDataType> find(SqlValidatorScope scope, SqlNode expression) {
            try {
                return Optional.of(deriveType(scope, expression)).filter(type -> !type.equals(getUnknownType()));
            } catch (CalciteContextException e) {
                // It is refused where it is validated.
                return Optional.empty();
            }
        }

        @Override
        public boolean isTyped(SqlDynamicParam parameter) {
            RelDataType type = getValidatedNodeTypeIfKnown(parameter);
            return type != null && !type.equals(getUnknownType());
        }

        @Override
        public void set(SqlValidatorScope scope, SqlDynamicParam parameter, RelDataType type) {
            DuckDbValidator.super.inferUnknownTypes(type, scope, parameter);
        }
    }

    @Override
    public SqlNode expandOrderExpr(SqlSelect select, SqlNode key) {
        if (bare(key) instanceof SqlDynamicParam parameter) {
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION,
                    "A parameter cannot be a key of ORDER BY: it is a value, and neither a column nor its number.",
                    Positions.of(parameter));
        }
        SqlNode qualified = bare(key) instanceof SqlIdentifier ? key : columnsFirst(select, key);
        SqlNode expanded = super.expandOrderExpr(select, qualified);
        if (expanded == qualified && qualified != key) {
            resolve(qualified, getOrderScope(select));
        }
        return expanded;
    }

    /** Finds the functions and types of a copy, which knows none of those that were found for the original. */
    private void resolve(SqlNode copy, SqlValidatorScope scope) {
        inferUnknownTypes(getUnknownType(), scope, copy);
        setValidatedNodeType(copy, deriveType(scope, copy));
    }

    /** Calcite asks whether an aggregate stands before OVER where it may not yet have looked up what stands there. */
    @Override
    public void validateCall(SqlCall call, SqlValidatorScope scope) {
        if (call.getKind() == SqlKind.UNNEST) {
            inferUnknownTypes(getUnknownType(), scope, call);
        }
        if (call.getKind() == SqlKind.OVER) {
            deriveType(scope, call);
        }
        super.validateCall(call, scope);
    }

    @Override
    protected void validateWhereClause(SqlSelect select) {
        SqlNode condition = select.getWhere();
        if (condition != null) {
            SqlValidatorScope columns = getWhereScope(select);
            select.setWhere(
                    SelectAliases.writtenOut(condition, select, name -> !qualify(columns, name).isSimple()));
        }
        super.validateWhereClause(select);
    }

    @Override
    protected void validateQualifyClause(SqlSelect select) {
        SqlNode condition = select.getQualify();
        if (condition != null) {
            select.setQualify(columnsFirst(select, condition));
        }
        super.validateQualifyClause(select);
    }

    @Override
    protected void validateHavingClause(SqlSelect select) {
        SqlNode condition = select.getHaving();
        if (condition != null) {
            resolveFunctions(condition, getHavingScope(select));
        }
        super.validateHavingClause(select);
    }

    /** Calcite takes {@code max} for no aggregate until it has chosen between {@code max(x)} and {@code max(x, n)}. */
    private void resolveFunctions(SqlNode condition, SqlValidatorScope scope) {
        condition.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                if (call.isA(SqlKind.QUERY)) {
                    return null;
                }
                super.visit(call);
                if (call.getOperator() instanceof SqlUnresolvedFunction) {
                    resolve(call, scope);
                }
                return null;
            }
        });
    }

    private void resolve(SqlCall call, SqlValidatorScope scope) {
        try {
            deriveType(scope, call);
        } catch (CalciteContextException e) {
            // It is refused where it is validated.
            return;
        }
    }

    @Override
    protected RelDataType validateSelectList(SqlNodeList items, SqlSelect select, RelDataType target) {
        if (items.stream().noneMatch(item -> isExpandedHere(item, select))) {
            return super.validateSelectList(items, select, target);
        }
        SqlNodeList expanded = new SqlNodeList(items.getParserPosition());
        items.forEach(item -> expanded.addAll(expanded(item, select)));
        select.setSelectList(expanded);
        return super.validateSelectList(expanded, select, target);
    }

    private static boolean isExpandedHere(SqlNode item, SqlSelect select) {
        return ColumnsForm.isIn(item)
                || StarForm.isStar(item)
                || (item instanceof SqlStarExclude && StarForm.mergesColumns(select.getFrom()));
    }

    private List<SqlNode> expanded(SqlNode item, SqlSelect select) {
        if (!isExpandedHere(item, select)) {
            return List.of(item);
        }
        if (item instanceof SqlStarExclude star) {
            return StarForm.without(star, columnsOf(star, select));
        }
        if (StarForm.isStar(item)) {
            SqlStarExclude star = StarForm.star(item);
            return StarForm.replaced(item, StarForm.without(star, columnsOf(star, select)));
        }
        List<SqlIdentifier> columns = columnsOf(select);
        if (StarForm.mergesColumns(select.getFrom())) {
            ColumnsForm.checkApart(item, columns);
        }
        return ColumnsForm.expanded(item, columns);
    }

    private SqlNodeList columnsOf(SqlStarExclude star, SqlSelect select) {
        return expandStar(SqlNodeList.of(star.getStarIdentifier()), select, false);
    }

    private List<SqlIdentifier> columnsOf(SqlSelect select) {
        List<SqlIdentifier> columns = new ArrayList<>();
        if (getWhereScope(select) instanceof ListScope from) {
            List<SqlMoniker> aliases = new ArrayList<>();
            from.findAliases(aliases);
            for (int i = 0; i < from.getChildren().size(); i++) {
                String relation = aliases.get(i).toString();
                for (String name : from.getChildren().get(i).getRowType().getFieldNames()) {
                    columns.add(new SqlIdentifier(List.of(relation, name), SqlParserPos.ZERO));
                }
            }
        }
        return columns;
    }

    private static SqlNode bare(SqlNode key) {
        return switch (key.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> bare(((SqlCall) key).operand(0));
            default -> key;
        };
    }

    /** The expression with the names of columns written with their tables, so that no alias is taken for them. */
    private SqlNode columnsFirst(SqlSelect select, SqlNode expression) {
        SqlValidatorScope columns = getWhereScope(select);
        SqlNode qualified = expression.accept(new SqlShuttle() {
            @Override
            public SqlNode visit(SqlIdentifier name) {
                return name.isSimple() ? qualify(columns, name) : name;
            }

            @Override
            public SqlNode visit(SqlCall call) {
                return call.getKind() == SqlKind.SELECT ? call : super.visit(call);
            }
        });
        return qualified == null ? expression : qualified;
    }

    private static SqlIdentifier qualify(SqlValidatorScope columns, SqlIdentifier name) {
        try {
            return columns.fullyQualify(name).identifier;
        } catch (CalciteContextException e) {
            // No column of that name: validation goes on and finds an alias, or says so.
            return name;
        }
    }
}
