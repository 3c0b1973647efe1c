package io.gatehouse.sql.write;

import java.math.BigDecimal;
import org.apache.calcite.plan.RelOptSamplingParameters;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;

/** relation TABLESAMPLE BERNOULLI(1%) REPEATABLE (seed), as DuckDB reads it. Calcite's own leaves out the seed. */
final class SampleOperator extends SqlSpecialOperator {
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
            writer.literal("REPEATABLE (%d)".formatted(sample.getRepeatableSeed()));
        }
    }
}
