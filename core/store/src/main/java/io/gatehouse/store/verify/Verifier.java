package io.gatehouse.store.verify;

import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.schema.RollupSql;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.verify.Verification.RunContent;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Checks a file against its ledger, the ranges of its facts, and its rollups against its facts. */
public final class Verifier {
    private final Connection reader;

    public Verifier(Connection reader) {
        this.reader = reader;
    }

    public Verification verify(List<RunSummary> runs) throws SQLException {
        List<RunContent> contents = new ArrayList<>();
        for (RunSummary run : runs) {
            contents.add(content(run));
        }
        return new Verification(contents, problems());
    }

    private RunContent content(RunSummary run) throws SQLException {
        return SmallQuery.first(
                        reader,
                        SqlText.read(Verifier.class, "content_hash.sql"),
                        row -> {
                            String digests = row.getString("digests");
                            BigInteger sum = digests == null ? BigInteger.ZERO : new BigInteger(digests);
                            return new RunContent(
                                    run.name(),
                                    run.status(),
                                    row.getLong("answers"),
                                    row.getLong("routing_rows"),
                                    "%024x".formatted(sum));
                        },
                        run.runId())
                .orElseThrow();
    }

    private List<String> problems() throws SQLException {
        String sql = SqlText.read(Verifier.class, "verify.sql").replace("${rollups}", RollupSql.problems());
        return SmallQuery.list(reader, sql, row -> {
            long more = row.getLong("problems") - 1;
            return "%s: %s%s"
                    .formatted(
                            row.getString("run"),
                            row.getString("example"),
                            more == 0 ? "" : ", and %d like it".formatted(more));
        });
    }
}
