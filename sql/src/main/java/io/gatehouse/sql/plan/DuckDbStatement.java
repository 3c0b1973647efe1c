package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.TypeNames;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.TableSpool;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.schema.TransientTable;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.pretty.SqlPrettyWriter;
import org.apache.calcite.sql.validate.SqlValidatorUtil;

/** Writes relational algebra as one statement of DuckDB. */
final class DuckDbStatement {
    private static final DuckDbDialect DIALECT = new DuckDbDialect();

    private DuckDbStatement() {}

    static String of(RelNode algebra) {
        Writer writer = new Writer(Parameters.in(algebra));
        new Converter().visitRoot(WritableAlgebra.of(algebra)).asStatement().unparse(writer, 0, 0);
        return writer.toString();
    }

    /** Writes the first parameter as {@code $1}, with the type that validation found, so that DuckDB finds no other. */
    private static final class Writer extends SqlPrettyWriter {
        private final Map<Integer, RelDataType> parameters;

        Writer(Map<Integer, RelDataType> parameters) {
            super(SqlPrettyWriter.config().withDialect(DIALECT).withAlwaysUseParentheses(true));
            this.parameters = parameters;
        }

        @Override
        public void dynamicParam(int index) {
            RelDataType type = requireNonNull(parameters.get(index), "a parameter has a type");
            print("CAST($%d AS %s)".formatted(index + 1, TypeNames.of(type)));
            setNeedWhitespace(true);
        }
    }

    /** Calcite's converter, which finds its {@code visit} methods by the kind of relation they take. */
    public static final class Converter extends RelToSqlConverter {
        private final IdentityHashMap<TransientTable, String> recursions = new IdentityHashMap<>();

        Converter() {
            super(DIALECT);
        }

        /** A query in FROM with an alias, and with names for its columns. */
        public Result visit(DerivedTable table) {
            return derived(table, visitInput(table, 0).asQueryOrValues());
        }

        /** WITH RECURSIVE name(columns) AS (first UNION [ALL] again) SELECT * FROM name. */
        public Result visit(RepeatUnion union) {
            RelOptTable own = requireNonNull(union.getTransientTable(), "a recursion has its own rows");
            SqlIdentifier name =
                    identifier(SqlValidatorUtil.uniquify("recursion", aliasSet, SqlValidatorUtil.EXPR_SUGGESTER));
            recursions.put(own.unwrapOrThrow(TransientTable.class), name.getSimple());
            SqlNode first = visitInput(union, 0).asQueryOrValues();
            SqlNode again = visitInput(union, 1).asQueryOrValues();
            SqlNode both = (union.all ? SqlStdOperatorTable.UNION_ALL : SqlStdOperatorTable.UNION)
                    .createCall(SqlParserPos.ZERO, first, again);
            SqlNodeList columns = new SqlNodeList(SqlParserPos.ZERO);
            own.getRowType().getFieldNames().forEach(column -> columns.add(identifier(column)));
            SqlNode item = new SqlWithItem(
                    SqlParserPos.ZERO, name, columns, both, SqlLiteral.createBoolean(true, SqlParserPos.ZERO));
            return derived(union, new SqlWith(SqlParserPos.ZERO, SqlNodeList.of(item), everythingFrom(name)));
        }

        /** SELECT * FROM (query) AS alias TABLESAMPLE method. */
        @Override
        public Result visit(Sample sample) {
            SqlNode rows = named(sample, visitInput(sample, 0).asQueryOrValues(), "sampled");
            SqlNode sampled = new SampleOperator(sample.getSamplingParameters()).createCall(SqlParserPos.ZERO, rows);
            return derived(sample, everythingFrom(sampled));
        }

        private static SqlSelect everythingFrom(SqlNode from) {
            return new SqlSelect(
                    SqlParserPos.ZERO,
                    null,
                    SqlNodeList.of(SqlIdentifier.star(SqlParserPos.ZERO)),
                    from,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    SqlNodeList.EMPTY);
        }

        public Result visit(TableSpool spool) {
            return visitInput(spool, 0);
        }

        /** Inside a recursion, its own rows so far. */
        @Override
        public Result visit(TableScan scan) {
            TransientTable own = scan.getTable().unwrap(TransientTable.class);
            String name = own == null ? null : recursions.get(own);
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

        /** Names the columns of a lateral query as they are outside of it, where Calcite takes the names inside. */
        @Override
        public Result visitInput(
                RelNode parent, int input, boolean anonymous, boolean ignoreClauses, Set<Clause> expected) {
            Result result = super.visitInput(parent, input, anonymous, ignoreClauses, expected);
            return parent instanceof Correlate && input == 1 ? result.resetAlias() : result;
        }
    }
}
