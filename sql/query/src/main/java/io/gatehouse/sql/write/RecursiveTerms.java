package io.gatehouse.sql.write;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Writes EXISTS in the repeated query of WITH RECURSIVE as {@code (SELECT count(*) FROM (SELECT 1 FROM query LIMIT 1)) >
 * 0}, where the query has no outer columns. DuckDB 2.0.1 takes such an EXISTS for false if the query is a UNION ALL, which
 * views and grouping sets are written as: {@code WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 2
 * AND EXISTS (SELECT 1 UNION ALL SELECT 2)) SELECT * FROM r} gives one row there.
 */
final class RecursiveTerms extends RelHomogeneousShuttle {
    private final boolean repeated;
    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
            RelNode rows = visited.rel.accept(RecursiveTerms.this);
            return repeated
                            && visited.isA(SqlKind.EXISTS)
                            && RelOptUtil.getVariablesUsed(rows).isEmpty()
                    ? hasRows(rows)
                    : visited.clone(rows);
        }
    };

    private RecursiveTerms(boolean repeated) {
        this.repeated = repeated;
    }

    static RelNode of(RelNode root) {
        return root.accept(new RecursiveTerms(false));
    }

    @Override
    public RelNode visit(RelNode node) {
        if (node instanceof RepeatUnion union) {
            return union.copy(
                    union.getTraitSet(),
                    List.of(
                            union.getSeedRel().accept(this),
                            union.getIterativeRel().accept(new RecursiveTerms(true))));
        }
        return super.visit(node).accept(subQueries);
    }

    private static RexNode hasRows(RelNode rows) {
        RexBuilder rex = rows.getCluster().getRexBuilder();
        RelDataType bigint = rows.getCluster().getTypeFactory().createSqlType(SqlTypeName.BIGINT);
        RelNode constants = LogicalProject.create(
                rows, List.of(), List.of(rex.makeExactLiteral(BigDecimal.ONE)), List.of("c"), Set.of());
        RelNode first = LogicalSort.create(
                new DerivedTable(constants), RelCollations.EMPTY, null, rex.makeExactLiteral(BigDecimal.ONE));
        RelNode counted = LogicalAggregate.create(
                new DerivedTable(first),
                List.of(),
                ImmutableBitSet.of(),
                null,
                List.of(AggregateCall.create(
                        SqlStdOperatorTable.COUNT,
                        false,
                        false,
                        false,
                        List.of(),
                        List.of(),
                        -1,
                        null,
                        RelCollations.EMPTY,
                        bigint,
                        "n")));
        return rex.makeCall(
                SqlStdOperatorTable.GREATER_THAN,
                RexSubQuery.scalar(counted),
                rex.makeExactLiteral(BigDecimal.ZERO, bigint));
    }
}
