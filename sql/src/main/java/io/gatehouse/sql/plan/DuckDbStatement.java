package io.gatehouse.sql.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.rel2sql.RelToSqlConverter;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidatorUtil;

/** Writes relational algebra as one statement of DuckDB. */
final class DuckDbStatement {
    private static final DuckDbDialect DIALECT = new DuckDbDialect();

    private DuckDbStatement() {}

    static String of(RelNode algebra) {
        return new Converter()
                .visitRoot(WritableAlgebra.of(algebra))
                .asStatement()
                .toSqlString(config -> config.withDialect(DIALECT).withAlwaysUseParentheses(true))
                .getSql();
    }

    /** Calcite's converter, which finds its {@code visit} methods by the kind of relation they take. */
    public static final class Converter extends RelToSqlConverter {
        Converter() {
            super(DIALECT);
        }

        /** A query in FROM with an alias, and with names for its columns. */
        public Result visit(DerivedTable table) {
            SqlNode query = visitInput(table, 0).asQueryOrValues();
            String alias = SqlValidatorUtil.uniquify("q", aliasSet, SqlValidatorUtil.EXPR_SUGGESTER);
            List<SqlNode> operands = new ArrayList<>();
            operands.add(query);
            operands.add(new SqlIdentifier(alias, SqlParserPos.ZERO));
            table.getRowType()
                    .getFieldNames()
                    .forEach(name -> operands.add(new SqlIdentifier(name, SqlParserPos.ZERO)));
            return result(
                    SqlStdOperatorTable.AS.createCall(SqlParserPos.ZERO, operands),
                    List.of(Clause.FROM),
                    alias,
                    table.getRowType(),
                    Map.of(alias, table.getRowType()));
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
