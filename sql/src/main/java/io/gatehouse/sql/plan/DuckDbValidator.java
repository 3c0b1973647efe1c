package io.gatehouse.sql.plan;

import io.gatehouse.sql.function.FunctionTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
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
    private final Set<SqlCall> seen = Collections.newSetFromMap(new IdentityHashMap<>());

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
    }

    @Override
    protected void inferUnknownTypes(RelDataType inferred, SqlValidatorScope scope, SqlNode node) {
        if (node instanceof SqlDynamicParam) {
            if (inferred.equals(getUnknownType()) && getValidatedNodeTypeIfKnown(node) != null) {
                return;
            }
            super.inferUnknownTypes(Parameters.widened(inferred, getTypeFactory()), scope, node);
            return;
        }
        if (node instanceof SqlCall call && Parameters.isCast(call)) {
            super.inferUnknownTypes(deriveType(scope, call.operand(1)), scope, call.operand(0));
            return;
        }
        if (node instanceof SqlCall call && !call.isA(SqlKind.QUERY) && seen.add(call)) {
            call.getOperandList().stream()
                    .filter(Parameters::within)
                    .forEach(operand -> inferFromWithin(scope, operand));
            inferFromDeclaration(scope, call);
        }
        super.inferUnknownTypes(inferred, scope, node);
    }

    /** What a function takes at a place, where it takes one type only there. */
    private void inferFromDeclaration(SqlValidatorScope scope, SqlCall call) {
        for (int i = 0; i < call.operandCount(); i++) {
            if (call.operand(i) instanceof SqlDynamicParam parameter
                    && call.getOperator().getOperandTypeInference() == null) {
                Parameters.declared(call.getOperator(), i, getTypeFactory())
                        .ifPresent(type -> super.inferUnknownTypes(type, scope, parameter));
            }
        }
    }

    /** Of {@code layer + ? > 1} Calcite asks for the type of the sum before that of the parameter in it. */
    private void inferFromWithin(SqlValidatorScope scope, SqlNode operand) {
        try {
            inferUnknownTypes(getUnknownType(), scope, operand);
        } catch (CalciteContextException e) {
            // What cannot be told from within may be told from around it, and is refused there if not.
            return;
        }
    }

    @Override
    public SqlNode expandOrderExpr(SqlSelect select, SqlNode key) {
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
        if (call.getKind() == SqlKind.OVER) {
            deriveType(scope, call);
        }
        super.validateCall(call, scope);
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
        if (items.stream().noneMatch(item -> ColumnsForm.isIn(item) || StarForm.isStar(item))) {
            return super.validateSelectList(items, select, target);
        }
        SqlNodeList expanded = new SqlNodeList(items.getParserPosition());
        items.forEach(item -> expanded.addAll(expanded(item, select)));
        select.setSelectList(expanded);
        return super.validateSelectList(expanded, select, target);
    }

    private List<SqlNode> expanded(SqlNode item, SqlSelect select) {
        return StarForm.isStar(item)
                ? StarForm.replaced(
                        item, expandStar(SqlNodeList.of(StarForm.columns(item, select.getFrom())), select, false))
                : ColumnsForm.expanded(item, columnsOf(select));
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

    private static SqlNode qualify(SqlValidatorScope columns, SqlIdentifier name) {
        try {
            return columns.fullyQualify(name).identifier;
        } catch (CalciteContextException e) {
            // No column of that name: validation goes on and finds an alias, or says so.
            return name;
        }
    }
}
