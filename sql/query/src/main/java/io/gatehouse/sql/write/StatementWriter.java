package io.gatehouse.sql.write;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Suppliers;
import io.gatehouse.sql.catalog.ViewTable;
import io.gatehouse.sql.function.RandomNumbers;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.calcite.plan.RelOptSamplingParameters;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Intersect;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Minus;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.TableSpool;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.schema.TransientTable;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.pretty.SqlPrettyWriter;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;

/** Writes relational algebra as one statement of an engine. */
public final class StatementWriter {
    /** The maximum length of a written statement. A view has up to 20,000 characters and is written out at each use. */
    static final int MAX_CHARACTERS = 700_000;

    private StatementWriter() {}

    public static String write(RelNode algebra, EngineSql engine) {
        Writer writer = new Writer(engine, algebra);
        RelNode written = ColumnAliases.of(QueryBlocks.of(engine.adapted(algebra)));
        SqlNode statement = new Converter(engine, ReservedAliases.in(written))
                .visitRoot(written)
                .asStatement();
        RandomNumbers.check(statement);
        statement.unparse(writer, 0, 0);
        String sql = writer.toString();
        checkLength(sql.length());
        return sql;
    }

    private static void checkLength(long characters) {
        if (characters > MAX_CHARACTERS) {
            throw StatementErrors.tooLarge(
                    ("The statement is too long once its views and WITH queries are written out; the limit is %,d"
                                    + " characters.")
                            .formatted(MAX_CHARACTERS));
        }
    }

    private static final class Writer extends SqlPrettyWriter {
        private final EngineSql sql;
        private final Supplier<Map<Integer, RelDataType>> parameters;

        Writer(EngineSql sql, RelNode algebra) {
            super(SqlPrettyWriter.config().withDialect(sql.dialect()).withAlwaysUseParentheses(true));
            this.sql = sql;
            this.parameters = Suppliers.memoize(() -> Parameters.in(algebra));
        }

        @Override
        public void dynamicParam(int index) {
            RelDataType type = requireNonNull(parameters.get().get(index), "a parameter has a type");
            print(sql.parameter(index, type));
            setNeedWhitespace(true);
        }
    }

    private static final class Converter extends RelToSqlConverter {
        /** Names in the statement of the recursions being written, by their own names. */
        private final Map<String, String> recursions = new HashMap<>();

        private long characters;

        /** @param reserved names that no relation may have */
        Converter(EngineSql sql, Set<String> reserved) {
            super(sql.dialect());
            aliasSet.addAll(reserved);
        }

        /**
         * Replaces Calcite's lookup by reflection, which it repeats for each statement and which takes as long as the
         * rest.
         */
        @Override
        protected Result dispatch(RelNode node) {
            if (node instanceof Project project) {
                return visit(project);
            }
            if (node instanceof Filter filter) {
                return visit(filter);
            }
            if (node instanceof TableScan scan) {
                return visit(scan);
            }
            if (node instanceof Join join) {
                return visit(join);
            }
            if (node instanceof Aggregate aggregate) {
                return visit(aggregate);
            }
            if (node instanceof Sort sort) {
                return visit(sort);
            }
            return node instanceof SetOp set ? dispatchSet(set) : dispatchRare(node);
        }

        private Result dispatchSet(SetOp set) {
            if (set instanceof Union union) {
                return isValues(union) ? derived(union, values(union)) : visit(union);
            }
            return set instanceof Intersect intersect ? visit(intersect) : visit((Minus) set);
        }

        /**
         * Whether a UNION ALL has the rows of VALUES with expressions, as which Calcite converts them. DuckDB keeps the
         * order of rows in VALUES, which {@code last} depends on, but not that of a UNION ALL.
         */
        private static boolean isValues(Union union) {
            return union.all
                    && union.getInputs().stream()
                            .allMatch(input -> input instanceof Values
                                    || (input instanceof Project row
                                            && row.getInput() instanceof Values values
                                            && values.getTuples().size() == 1
                                            && row.getProjects().stream().allMatch(Converter::isOfConstants)));
        }

        private static boolean isOfConstants(RexNode value) {
            return !RexUtil.containsInputRef(value)
                    && !RexUtil.containsCorrelation(value)
                    && !RexOver.containsOver(value)
                    && RexUtil.SubQueryFinder.find(value) == null;
        }

        /** VALUES (a, b), (c, d). */
        private SqlNode values(Union union) {
            Context constants = aliasContext(Map.of(), false);
            List<SqlNode> rows = new ArrayList<>();
            for (RelNode input : union.getInputs()) {
                List<? extends List<? extends RexNode>> tuples =
                        input instanceof Project row ? List.of(row.getProjects()) : ((Values) input).getTuples();
                for (List<? extends RexNode> tuple : tuples) {
                    rows.add(SqlStdOperatorTable.ROW.createCall(
                            SqlParserPos.ZERO,
                            tuple.stream()
                                    .map(value -> constants.toSql(null, value))
                                    .toList()));
                }
            }
            return SqlStdOperatorTable.VALUES.createCall(SqlParserPos.ZERO, rows);
        }

        private Result dispatchRare(RelNode node) {
            if (node instanceof DerivedTable table) {
                return derived(table);
            }
            if (node instanceof Values values) {
                return visit(values);
            }
            if (node instanceof Correlate correlate) {
                return visit(correlate);
            }
            if (node instanceof Uncollect uncollect) {
                return visit(uncollect);
            }
            if (node instanceof RepeatUnion union) {
                return recursion(union);
            }
            if (node instanceof TableSpool spool) {
                return visitInput(spool, 0);
            }
            return node instanceof Sample sample ? visit(sample) : visit(node);
        }

        /** Writes a query in FROM with an alias and column names. */
        private Result derived(DerivedTable table) {
            return derived(table, visitInput(table, 0).asQueryOrValues());
        }

        /** WITH RECURSIVE name(columns) AS (first UNION [ALL] again) SELECT * FROM name. */
        private Result recursion(RepeatUnion union) {
            RelOptTable own = requireNonNull(union.getTransientTable(), "a recursion has its own rows");
            SqlIdentifier name =
                    identifier(SqlValidatorUtil.uniquify("recursion", aliasSet, SqlValidatorUtil.EXPR_SUGGESTER));
            SqlNode first = visitInput(union, 0).asQueryOrValues();
            String known = Util.last(own.getQualifiedName());
            String outer = recursions.put(known, name.getSimple());
            SqlNode again = visitInput(union, 1).asQueryOrValues();
            recursions.remove(known);
            if (outer != null) {
                recursions.put(known, outer);
            }
            SqlNode both = (union.all ? SqlStdOperatorTable.UNION_ALL : SqlStdOperatorTable.UNION)
                    .createCall(SqlParserPos.ZERO, first, again);
            SqlNodeList columns = new SqlNodeList(SqlParserPos.ZERO);
            own.getRowType().getFieldNames().forEach(column -> columns.add(identifier(column)));
            SqlNode item = new SqlWithItem(
                    SqlParserPos.ZERO, name, columns, both, SqlLiteral.createBoolean(true, SqlParserPos.ZERO));
            return derived(union, new SqlWith(SqlParserPos.ZERO, SqlNodeList.of(item), SqlTrees.everythingFrom(name)));
        }

        /** SELECT * FROM (query) AS alias TABLESAMPLE method. */
        @Override
        public Result visit(Sample sample) {
            SqlNode rows = named(sample, visitInput(sample, 0).asQueryOrValues(), "sampled");
            SqlNode sampled = new SampleOperator(sample.getSamplingParameters()).createCall(SqlParserPos.ZERO, rows);
            return derived(sample, SqlTrees.everythingFrom(sampled));
        }

        /** Writes a view as its query, and inside a recursion the recursive reference. */
        @Override
        public Result visit(TableScan scan) {
            ViewTable view = scan.getTable().unwrap(ViewTable.class);
            if (view != null) {
                characters += view.written().sql().length();
                checkLength(characters);
                return derived(scan, new QueryText(view.written().sql()).createCall(SqlParserPos.ZERO));
            }
            TransientTable own = scan.getTable().unwrap(TransientTable.class);
            String name = own == null
                    ? null
                    : recursions.get(Util.last(scan.getTable().getQualifiedName()));
            return name == null ? super.visit(scan) : result(identifier(name), List.of(Clause.FROM), scan, null);
        }

        private static SqlIdentifier identifier(String name) {
            return new SqlIdentifier(name, SqlParserPos.ZERO);
        }

        private Result derived(RelNode table, SqlNode query) {
            String alias = SqlValidatorUtil.uniquify("q", aliasSet, SqlValidatorUtil.EXPR_SUGGESTER);
            return result(
                    named(table, query, alias),
                    List.of(Clause.FROM),
                    alias,
                    table.getRowType(),
                    Map.of(alias, table.getRowType()));
        }

        /** (query) AS alias (columns). */
        private static SqlNode named(RelNode table, SqlNode query, String alias) {
            List<SqlNode> operands = new ArrayList<>();
            operands.add(query);
            operands.add(identifier(alias));
            table.getRowType().getFieldNames().forEach(name -> operands.add(identifier(name)));
            return SqlStdOperatorTable.AS.createCall(SqlParserPos.ZERO, operands);
        }

        /** left [LEFT] JOIN LATERAL (right) ON true; both sides are tables with names of their own. */
        @Override
        public Result visit(Correlate correlate) {
            Result left = visitInput(correlate, 0).resetAlias();
            correlTableMap.put(correlate.getCorrelationId(), left.qualifiedContext());
            Result right = visitInput(correlate, 1).resetAlias();
            SqlCall table = (SqlCall) right.asFrom();
            List<SqlNode> lateral = new ArrayList<>(table.getOperandList());
            lateral.set(0, SqlStdOperatorTable.LATERAL.createCall(SqlParserPos.ZERO, lateral.get(0)));
            SqlNode join = new SqlJoin(
                    SqlParserPos.ZERO,
                    left.asFrom(),
                    SqlLiteral.createBoolean(false, SqlParserPos.ZERO),
                    joinType(correlate.getJoinType()).symbol(SqlParserPos.ZERO),
                    SqlStdOperatorTable.AS.createCall(SqlParserPos.ZERO, lateral),
                    JoinConditionType.ON.symbol(SqlParserPos.ZERO),
                    SqlLiteral.createBoolean(true, SqlParserPos.ZERO));
            return result(join, left, right);
        }

        /** (SELECT * FROM left SEMI JOIN right ON condition); Calcite would write EXISTS. */
        @Override
        public Result visit(Join join) {
            if (join.getJoinType().projectsRight()) {
                return super.visit(join);
            }
            Result left = visitInput(join, 0).resetAlias();
            Result right = visitInput(join, 1).resetAlias();
            SqlNode condition =
                    convertConditionToSqlNode(join.getCondition(), left.qualifiedContext(), right.qualifiedContext());
            SqlNode rows = new SemiJoin(join.getJoinType())
                    .createCall(SqlParserPos.ZERO, left.asFrom(), right.asFrom(), condition);
            return derived(join, SqlTrees.everythingFrom(rows));
        }

        /** UNNEST(list) AS alias (column), and of several lists, which DuckDB takes in SELECT only, (SELECT …). */
        @Override
        public Result visit(Uncollect uncollect) {
            SqlSelect lists = visitInput(uncollect, 0).asSelect();
            List<SqlNode> operands = isOneRow(uncollect.getInput()) && !holdsColumns(uncollect.getInput())
                    ? lists.getSelectList().stream().map(SqlUtil::stripAs).toList()
                    : List.of(lists);
            if (operands.size() > 1) {
                return derived(uncollect, sideBySide(operands, uncollect.withOrdinality));
            }
            SqlOperator unnest =
                    uncollect.withOrdinality ? SqlStdOperatorTable.UNNEST_WITH_ORDINALITY : SqlStdOperatorTable.UNNEST;
            return derived(uncollect, unnest.createCall(SqlParserPos.ZERO, operands));
        }

        /** Whether the lists are expressions; otherwise there is one list, the result of a query. */
        private static boolean isOneRow(RelNode lists) {
            return lists instanceof Project project
                    && (isOneRow(project.getInput())
                            || (project.getInput() instanceof Values values
                                    && values.getTuples().size() == 1));
        }

        private static boolean holdsColumns(RelNode lists) {
            return lists instanceof Project project
                    && !RelOptUtil.InputFinder.bits(project.getProjects(), null).isEmpty();
        }

        /** SELECT unnest(list), unnest(list) …; shorter lists are padded with NULLs. */
        private static SqlNode sideBySide(List<SqlNode> lists, boolean numbered) {
            SqlNodeList items = new SqlNodeList(SqlParserPos.ZERO);
            lists.forEach(list -> items.add(call("unnest", list)));
            if (numbered) {
                SqlNode longest = call(
                        "greatest",
                        lists.stream().map(list -> call("len", list)).toArray(SqlNode[]::new));
                items.add(call("unnest", call("generate_series", SqlTrees.number(1, SqlParserPos.ZERO), longest)));
            }
            return SqlTrees.select(SqlParserPos.ZERO, items, null);
        }

        private static SqlNode call(String function, SqlNode... arguments) {
            return SqlTrees.function(function, SqlParserPos.ZERO).createCall(SqlParserPos.ZERO, arguments);
        }

        /** Writes the types explicitly, because without rows nothing shows the types of the columns. */
        @Override
        public Result visit(Values values) {
            if (!values.getTuples().isEmpty()) {
                return super.visit(values);
            }
            SqlNodeList columns = new SqlNodeList(SqlParserPos.ZERO);
            for (RelDataTypeField field : values.getRowType().getFieldList()) {
                columns.add(ofType(SqlLiteral.createNull(SqlParserPos.ZERO), field.getType()));
            }
            SqlSelect nothing = SqlTrees.select(SqlParserPos.ZERO, columns, null);
            nothing.setWhere(SqlLiteral.createBoolean(false, SqlParserPos.ZERO));
            return derived(values, nothing);
        }

        private SqlNode ofType(SqlNode value, RelDataType type) {
            SqlNode spec = type.getSqlTypeName() == SqlTypeName.NULL ? null : dialect.getCastSpec(type);
            return spec == null ? value : SqlStdOperatorTable.CAST.createCall(SqlParserPos.ZERO, value, spec);
        }
    }

    /** A query that is written already. */
    private static final class QueryText extends SqlSpecialOperator {
        private final String sql;

        QueryText(String sql) {
            super("QUERY", SqlKind.OTHER);
            this.sql = sql;
        }

        @Override
        public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
            writer.literal(sql);
        }
    }

    /** left SEMI JOIN right ON condition. */
    private static final class SemiJoin extends SqlSpecialOperator {
        SemiJoin(JoinRelType type) {
            super(type == JoinRelType.ANTI ? "ANTI JOIN" : "SEMI JOIN", SqlKind.OTHER);
        }

        @Override
        public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
            call.operand(0).unparse(writer, 0, 0);
            writer.literal(getName());
            call.operand(1).unparse(writer, 0, 0);
            writer.literal("ON");
            call.operand(2).unparse(writer, 0, 0);
        }
    }

    /** relation TABLESAMPLE BERNOULLI(1%) REPEATABLE (seed), as DuckDB reads it. Calcite's own leaves out the seed. */
    private static final class SampleOperator extends SqlSpecialOperator {
        private final RelOptSamplingParameters sample;

        SampleOperator(RelOptSamplingParameters sample) {
            super("TABLESAMPLE", SqlKind.OTHER);
            this.sample = sample;
        }

        @Override
        public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
            call.operand(0).unparse(writer, leftPrecedence, 0);
            BigDecimal percent = sample.sampleRate.movePointRight(2);
            writer.literal("TABLESAMPLE %s(%s%%)"
                    .formatted(sample.isBernoulli() ? "BERNOULLI" : "SYSTEM", percent.toPlainString()));
            if (sample.isRepeatable()) {
                writer.literal("REPEATABLE (%s)".formatted(sample.getRepeatableSeed()));
            }
        }
    }
}
