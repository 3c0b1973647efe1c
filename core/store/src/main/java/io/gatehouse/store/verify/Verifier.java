package io.gatehouse.store.verify;

import io.gatehouse.base.Resources;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.verify.Verification.RunContent;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Checks a file against its ledger, its facts against what may be, and its rollups against its facts. */
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
        try (PreparedStatement select = reader.prepareStatement(Resources.text(Verifier.class, "content_hash.sql"))) {
            select.setInt(1, run.runId());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                String digests = rows.getString("digests");
                BigInteger sum = digests == null ? BigInteger.ZERO : new BigInteger(digests);
                return new RunContent(
                        run.name(),
                        run.status(),
                        rows.getLong("answers"),
                        rows.getLong("routing_rows"),
                        "%024x".formatted(sum));
            }
        }
    }

    private List<String> problems() throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Statement statement = reader.createStatement();
                ResultSet rows = statement.executeQuery(Resources.text(Verifier.class, "verify.sql"))) {
            while (rows.next()) {
                long more = rows.getLong("problems") - 1;
                problems.add("%s: %s%s"
                        .formatted(
                                rows.getString("run"),
                                rows.getString("example"),
                                more == 0 ? "" : ", and %d like it".formatted(more)));
            }
        }
        return problems;
    }
}
