package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.dialect.StarForm;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.limits.TreeLimits;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.parse.StatementText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlStarReplace;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code saved.name} in FROM by the query that a user saved under the name, before anything else is done with a
 * statement: what holds for sub-queries holds for saved queries, limits included.
 */
final class SavedRelations {
    private static final String SCHEMA = "saved";
    /** What may stand around a relation in FROM. */
    private static final Set<SqlKind> AROUND_RELATIONS =
            Set.of(SqlKind.AS, SqlKind.TABLESAMPLE, SqlKind.PIVOT, SqlKind.UNPIVOT);

    private static final int MAX_DEPTH = 8;
    private static final int MAX_USES = 64;

    private final Function<String, Optional<String>> texts;

    /** @param texts finds the text of a saved query by its name */
    SavedRelations(Function<String, Optional<String>> texts) {
        this.texts = requireNonNull(texts, "texts is null");
    }

    /**
     * A use of a saved query.
     *
     * @param place where the statement names it
     */
    record Use(String name, StatementText text, SqlParserPos place) {}

    /**
     * A statement without names of saved queries.
     *
     * @param uses those that the statement itself names
     */
    record Inlined(SqlNode statement, List<Use> uses) {}

    /** Whether a statement may use saved queries, on which its plan then depends. */
    static boolean mayBeUsedBy(String sql) {
        return sql.toLowerCase(Locale.ROOT).contains(SCHEMA);
    }

    Inlined inline(SqlNode statement) {
        Inlining inlining = new Inlining(0, new int[1]);
        SqlNode inlined = requireNonNull(statement.accept(inlining), "a statement becomes one");
        if (!inlining.uses.isEmpty()) {
            TreeLimits.check(inlined);
        }
        return new Inlined(inlined, inlining.uses);
    }

    /** Parses a saved query. */
    static SqlNode parsed(StatementText text) throws SqlParseException {
        SqlNode query = SqlParser.create(text.text(), Grammar.parser()).parseQuery();
        if (query instanceof SqlCall call && DialectOperators.isStatement(call.getOperator())) {
            throw StatementErrors.notSupported(
                    "%s is not a query.".formatted(call.getOperator().getName()));
        }
        TreeLimits.check(query);
        return query;
    }

    private final class Inlining extends SqlShuttle {
        private final int depth;
        private final int[] used;
        private final List<Use> uses = new ArrayList<>();

        /** @param used how many uses there have been in the whole statement */
        private Inlining(int depth, int[] used) {
            this.depth = depth;
            this.used = used;
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call.getOperator().equals(SqlStdOperatorTable.EXPLICIT_TABLE)
                    && call.operand(0) instanceof SqlIdentifier name
                    && isSaved(name)) {
                return SqlTrees.everythingFrom(relation(name));
            }
            SqlNode visited = super.visit(call);
            if (visited instanceof SqlSelect select) {
                SqlNode from = select.getFrom();
                if (from != null) {
                    select.setFrom(relation(from));
                }
            }
            return visited;
        }

        /** What stands in FROM. */
        private SqlNode relation(SqlNode from) {
            if (from instanceof SqlIdentifier name) {
                return isSaved(name)
                        ? SqlStdOperatorTable.AS.createCall(
                                name.getParserPosition(),
                                query(name),
                                new SqlIdentifier(name.names.get(1), name.getParserPosition()))
                        : name;
            }
            if (from instanceof SqlJoin join) {
                join.setLeft(relation(join.getLeft()));
                join.setRight(relation(join.getRight()));
                return join;
            }
            if (from instanceof SqlCall call && AROUND_RELATIONS.contains(call.getKind())) {
                SqlNode first = call.operand(0);
                boolean named = call.getKind() == SqlKind.AS && first instanceof SqlIdentifier name && isSaved(name);
                call.setOperand(0, named ? query((SqlIdentifier) first) : relation(first));
            }
            return from;
        }

        private SqlNode query(SqlIdentifier name) {
            String saved = name.names.get(1);
            if (depth == MAX_DEPTH || ++used[0] > MAX_USES) {
                throw StatementErrors.tooLarge(
                        "Saved queries use each other more than %d deep, or more than %d times; the last one is %s."
                                .formatted(MAX_DEPTH, MAX_USES, saved));
            }
            String sql = texts.apply(saved)
                    .orElseThrow(() -> StatementErrors.invalid(name, "There is no saved query '%s'.".formatted(saved)));
            SqlNode query = read(name, sql);
            Inlining inner = new Inlining(depth + 1, used);
            return requireNonNull(query.accept(inner), "a query becomes one");
        }

        private SqlNode read(SqlIdentifier name, String sql) {
            String saved = name.names.get(1);
            SqlParserPos place = name.getParserPosition();
            try {
                StatementText text = StatementText.of(sql);
                uses.add(new Use(saved, text, place));
                SqlNode query = parsed(text);
                nameItems(query, text);
                return requireNonNull(query.accept(new Placed(saved, place)), "a query becomes one");
            } catch (SqlParseException | GatehouseException e) {
                throw new GatehouseException(
                        ErrorCode.SQL_NOT_SUPPORTED,
                        "The saved query '%s' cannot be read as one query without parameters.".formatted(saved),
                        Positions.of(place),
                        e);
            }
        }
    }

    private static boolean isSaved(SqlIdentifier name) {
        return name.names.size() == 2 && name.names.get(0).equalsIgnoreCase(SCHEMA);
    }

    /** Names expressions of the SELECT list as they are written, as the columns of a statement are named. */
    private static void nameItems(SqlNode query, StatementText text) {
        SqlNodeList items = ResultColumnNames.selectList(query);
        for (int i = 0; i < items.size(); i++) {
            SqlNode item = items.get(i);
            boolean star = item instanceof SqlStarExclude
                    || item instanceof SqlStarReplace
                    || StarForm.isStar(item)
                    || StarForm.holdsColumns(item);
            boolean named = item instanceof SqlIdentifier || item.getKind() == SqlKind.AS;
            if (!star && !named) {
                SqlParserPos place = item.getParserPosition();
                SqlIdentifier name = new SqlIdentifier(ResultColumnNames.written(item, text), place);
                items.set(i, SqlStdOperatorTable.AS.createCall(place, item, name));
            }
        }
    }

    /** Copies a query to the place where its name stands: places in its own text mean nothing in the statement. */
    private static final class Placed extends SqlTrees.Copy {
        private final String saved;
        private final SqlParserPos place;

        private Placed(String saved, SqlParserPos place) {
            this.saved = saved;
            this.place = place;
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call.getKind() == SqlKind.PIVOT || call.getKind() == SqlKind.UNPIVOT) {
                // Calcite cannot copy them.
                return call;
            }
            SqlNode copy = super.visit(call);
            return copy == null ? null : copy.clone(place);
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            return new SqlIdentifier(name.names, place);
        }

        @Override
        public SqlNode visit(SqlLiteral literal) {
            return literal.clone(place);
        }

        @Override
        public SqlNode visit(SqlDynamicParam parameter) {
            throw StatementErrors.notSupported("%s has parameters.".formatted(saved));
        }
    }
}
