package io.gatehouse.sql.dialect;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.SqlTrees;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;

/** The columns of a SELECT itself, as opposed to those of outer queries, before names are resolved. */
final class OwnColumns extends SqlBasicVisitor<Void> {
    private final SqlSelect select;
    private final OutputColumns names;
    private final Set<String> relations = new HashSet<>();
    private Optional<Set<String>> columns = Optional.empty();
    private boolean found;
    private boolean other;

    OwnColumns(SqlSelect select, OutputColumns names) {
        this.select = select;
        this.names = names;
        if (select.getFrom() != null) {
            addRelations(select.getFrom());
        }
    }

    private void addRelations(SqlNode from) {
        if (from instanceof SqlJoin join) {
            addRelations(join.getLeft());
            addRelations(join.getRight());
        } else if (from.getKind() == SqlKind.AS) {
            relations.add(SqlTrees.key(((SqlCall) from).operand(1).toString()));
        } else if (from instanceof SqlIdentifier name) {
            relations.add(SqlTrees.key(Util.last(name.names)));
        } else if (from instanceof SqlCall call && !call.isA(SqlKind.QUERY) && call.operandCount() > 0) {
            // TABLESAMPLE and PIVOT stand around a relation.
            addRelations(call.operand(0));
        }
    }

    /** Whether an expression uses one. A sub-query counts if it refers to one by the name of its relation. */
    boolean areIn(SqlNode expression) {
        found = false;
        other = false;
        (expression.getKind() == SqlKind.AS ? ((SqlCall) expression).<SqlNode>operand(0) : expression).accept(this);
        return found;
    }

    /** Whether the last expression contained a sub-query or a column of another query. */
    boolean namesOther() {
        return other;
    }

    /** Whether a name is that of a column of another query; false if the columns of this one are not known. */
    boolean isOther(SqlIdentifier name) {
        return !isOwn(name) && !isConstant(name);
    }

    /** Whether a name is that of a column of this query, or may be since its columns are not known. */
    boolean isOwn(SqlIdentifier name) {
        return name.isSimple() ? isColumn(name) : relations.contains(relation(name));
    }

    /** The relation in relation.column or schema.relation.column. */
    private static String relation(SqlIdentifier column) {
        return SqlTrees.key(column.names.get(column.names.size() - 2));
    }

    @Override
    public Void visit(SqlIdentifier name) {
        found = found || isOwn(name);
        other = other || isOther(name);
        return null;
    }

    @Override
    public Void visit(SqlCall call) {
        if (!call.getKind().belongsTo(SqlKind.QUERY)) {
            return super.visit(call);
        }
        other = true;
        call.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlIdentifier name) {
                found = found || (!name.isSimple() && relations.contains(relation(name)));
                return null;
            }
        });
        return null;
    }

    /** Whether this is CURRENT_DATE or a similar function, which is parsed as a name. */
    private static boolean isConstant(SqlIdentifier name) {
        return name.isSimple()
                && name.getSimple()
                        .toLowerCase(Locale.ROOT)
                        .matches("current_(date|time|timestamp)|local(time|timestamp)");
    }

    private boolean isColumn(SqlIdentifier name) {
        return !isConstant(name) && (columns().isEmpty() || columns().contains(SqlTrees.key(name.getSimple())));
    }

    /** Returns the names of the columns; empty if they are not known. */
    private Set<String> columns() {
        if (columns.isEmpty()) {
            columns = Optional.of(known());
        }
        return columns.get();
    }

    private Set<String> known() {
        if (select.getFrom() == null) {
            return Set.of();
        }
        try {
            return names.of(SqlIdentifier.star(select.getParserPosition()), select.getFrom()).stream()
                    .map(column -> SqlTrees.key(Util.last(((SqlIdentifier) column).names)))
                    .collect(Collectors.toSet());
        } catch (CalciteContextException | GatehouseException e) {
            // What stands in FROM looks back at another query; what is wrong with it is said later.
            return Set.of();
        }
    }
}
