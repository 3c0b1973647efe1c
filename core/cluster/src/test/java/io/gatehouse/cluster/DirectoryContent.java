package io.gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.store.verify.Verification.RunContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What readers see of a directory. */
record DirectoryContent(Path directory) {
    /** Whose rows belong to runs. */
    private static final List<String> OF_RUNS = List.of(
            "answers",
            "tokens",
            "routing",
            "gates",
            "expert_norms",
            "usage",
            "subject_usage",
            "layer_usage",
            "outcome_usage",
            "layer_entropy",
            "experts",
            "run_definitions");

    List<RunStatus> statuses() {
        return runs().stream().map(RunContent::status).toList();
    }

    List<String> hashes() {
        return runs().stream().map(RunContent::hash).toList();
    }

    private List<RunContent> runs() {
        if (!isBegun()) {
            return List.of();
        }
        try (Store store = Store.open(directory)) {
            return store.verify().runs();
        }
    }

    /** Until then it is no directory of ours. */
    private boolean isBegun() {
        return Files.exists(directory.resolve("schema_version").resolve("data.parquet"));
    }

    /** Shards that the ledger has, whether they are seen or not. */
    int shards() throws Exception {
        Path ledger = directory.resolve("run_shards");
        if (!Files.isDirectory(ledger)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(ledger)) {
            return Math.toIntExact(files.filter(Files::isRegularFile).count());
        }
    }

    /** It verifies, has the file's hashes, and the same rows in every relation as an export of the file. */
    void assertIsThatOf(Path file) throws Exception {
        Path exported = Files.createTempDirectory(directory.getParent(), "exported");
        Store.export(file, exported, ExportListener.none());
        try (Store expected = Store.open(exported);
                Store store = Store.open(directory)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.verify()).isEqualTo(expected.verify());
            assertThat(store.runs()).extracting(RunSummary::status).containsOnly(RunStatus.COMPLETE);
            for (String relation :
                    Stream.concat(OF_RUNS.stream(), Stream.of("questions")).toList()) {
                assertThat(rows(store, relation))
                        .as(relation)
                        .isEqualTo(rows(expected, relation))
                        .isNotEmpty();
            }
        }
    }

    /** It verifies, and has all of its runs or nothing of them. */
    void assertShowsNothingInPart() throws Exception {
        if (!isBegun()) {
            return;
        }
        try (Store store = Store.open(directory)) {
            assertThat(store.verify().problems()).isEmpty();
            if (store.runs().isEmpty()) {
                for (String relation : OF_RUNS) {
                    assertThat(rows(store, relation)).as(relation).isEmpty();
                }
            } else {
                assertThat(store.runs()).extracting(RunSummary::status).containsOnly(RunStatus.COMPLETE);
            }
        }
    }

    private static List<String> rows(Store store, String relation) throws SQLException {
        try (Connection reader = store.reader();
                Statement statement = reader.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT CAST(t AS VARCHAR) FROM (FROM %s ORDER BY ALL) AS t".formatted(relation))) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getString(1));
            }
            return rows;
        }
    }
}
