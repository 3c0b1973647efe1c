package io.gatehouse.store.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSchema {
    @TempDir
    private Path directory;

    @Test
    void holdsThePublicRelationsAndWhatIsBehindThem() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY ALL"))
                    .containsExactly(
                            "activations",
                            "answers",
                            "decisions",
                            "expert_counts",
                            "expert_norms",
                            "expert_notes",
                            "expert_weight_pairs",
                            "expert_weights",
                            "experts",
                            "gates",
                            "generations",
                            "layer_entropy",
                            "layer_usage",
                            "layers",
                            "model_experts",
                            "notes",
                            "outcome_usage",
                            "query_history",
                            "question_attributes",
                            "question_usage",
                            "questions",
                            "router_probabilities",
                            "routing",
                            "run_definitions",
                            "run_shards",
                            "runs",
                            "saved_queries",
                            "schema_version",
                            "scopes",
                            "subject_usage",
                            "token_routing",
                            "tokens",
                            "usage");
        }
    }

    /** DuckDB 1.4 and 1.5 read no newer format, and many products bundle them. */
    @Test
    void isWrittenInTheFormatOfDuckDb14() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"))
                    .containsExactly("v1.4.0+");
        }
        Store.compact(directory.resolve("a.duckdb"));
        try (Store store = Store.open(directory.resolve("a.duckdb"))) {
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"))
                    .containsExactly("v1.4.0+");
        }
    }

    @Test
    void saysItsVersion() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, "SELECT version FROM schema_version"))
                    .containsExactly(String.valueOf(DatabaseSchema.VERSION));
        }
    }

    @Test
    void saysWhatEachScopeCounts() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, "SELECT scope, phase, is_last_prompt FROM scopes ORDER BY ALL"))
                    .containsExactly(
                            "generated|generated|false",
                            "last_prompt|prompt|true",
                            "prompt|prompt|false",
                            "prompt|prompt|true");
        }
    }

    @Test
    void hasACommentOnEveryRelationAndEveryColumn() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, """
                            SELECT table_name, column_name FROM duckdb_columns()
                            WHERE NOT internal AND coalesce(comment, '') = ''""")).isEmpty();
            assertThat(Rows.of(store, """
                            SELECT name FROM (
                                SELECT table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
                                UNION ALL
                                SELECT view_name, comment FROM duckdb_views() WHERE NOT internal
                            )
                            WHERE coalesce(comment, '') = ''""")).isEmpty();
            assertThat(Rows.count(store, "SELECT count(*) FROM duckdb_columns() WHERE NOT internal"))
                    .isGreaterThan(60);
        }
    }

    @Test
    void allowsNullOnlyWhereACommentSaysWhatItMeans() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, """
                            SELECT c.table_name, c.column_name FROM duckdb_columns() AS c
                            JOIN duckdb_tables() AS t USING (table_oid)
                            WHERE NOT c.internal AND c.is_nullable <> contains(c.comment, 'NULL')""")).isEmpty();
            assertThat(Rows.of(store, """
                            SELECT DISTINCT c.table_name FROM duckdb_columns() AS c
                            JOIN duckdb_tables() AS t USING (table_oid)
                            WHERE NOT c.internal AND c.is_nullable ORDER BY ALL"""))
                    .containsExactly(
                            "answers",
                            "decisions",
                            "expert_weight_pairs",
                            "experts",
                            "generations",
                            "layer_entropy",
                            "layer_usage",
                            "layers",
                            "notes",
                            "outcome_usage",
                            "query_history",
                            "run_shards",
                            "runs",
                            "subject_usage",
                            "tokens",
                            "usage");
        }
    }

    @Test
    void declaresTheColumnsThatADatabaseHas() throws Exception {
        List<String> declared = new ArrayList<>();
        for (DatabaseSchema.Relation relation : DatabaseSchema.relations()) {
            for (Column column : relation.columns()) {
                declared.add("%s|%s|%s|%s"
                        .formatted(
                                relation.name(),
                                column.name(),
                                relation.isView() ? "" : column.type() + " " + column.nullable(),
                                column.comment()));
            }
        }
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, """
                            SELECT c.table_name, c.column_name,
                                CASE WHEN t.table_oid IS NULL THEN '' ELSE c.data_type || ' ' || c.is_nullable END, c.comment
                            FROM duckdb_columns() AS c LEFT JOIN duckdb_tables() AS t USING (table_oid)
                            WHERE NOT c.internal""")).containsExactlyInAnyOrderElementsOf(declared);
        }
    }

    /** DuckDB takes every column of a view for nullable, so the declaration is all there is. */
    @Test
    void declaresWhichColumnsOfViewsCanBeNull() {
        assertThat(DatabaseSchema.relations().stream()
                        .filter(DatabaseSchema.Relation::isView)
                        .flatMap(view -> view.columns().stream()
                                .filter(Column::nullable)
                                .map(column -> view.name() + "." + column.name())))
                .containsExactly(
                        "routing.weights",
                        "routing.scores",
                        "routing.lookahead_1",
                        "routing.lookahead_2",
                        "routing.entropy",
                        "routing.spare_mass",
                        "routing.margin",
                        "token_routing.weights",
                        "token_routing.scores",
                        "token_routing.lookahead_1",
                        "token_routing.lookahead_2",
                        "token_routing.entropy",
                        "token_routing.top_k_entropy",
                        "token_routing.mass",
                        "token_routing.margin",
                        "activations.rank",
                        "activations.weight",
                        "question_usage.weight_sum");
        assertThat(DatabaseSchema.relations())
                .flatExtracting(DatabaseSchema.Relation::columns)
                .allMatch(column -> column.nullable() == column.comment().contains("NULL"));
    }
}
