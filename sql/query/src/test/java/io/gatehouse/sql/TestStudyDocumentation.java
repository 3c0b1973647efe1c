package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The statements of docs/study.md are understood, and do what the text says. */
final class TestStudyDocumentation {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root", "."), "docs", "study.md");
    private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?)```|-c \"(.*?)\"", Pattern.DOTALL);

    @Test
    void statementsRun() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<String> statements = statements().toList();
            assertThat(statements).hasSizeGreaterThanOrEqualTo(5);
            statements.forEach(statement ->
                    assertThat(Rows.of(engine, statement).types()).as(statement).isNotEmpty());
        }
    }

    /** Where every expert is asked for, the adjustment is that of the view. */
    @Test
    void qValuesOfSomeAreAdjustedLikeThoseOfAll() throws Exception {
        String adjusted = statements()
                .filter(statement -> statement.contains("tested_experts"))
                .findFirst()
                .orElseThrow()
                .replace("tested_experts(2", "tested_experts(1")
                .replace("ORDER BY", "WHERE q_value IS NOT NULL ORDER BY");
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> own =
                    Rows.of(engine, adjusted.replace(", 30)", ", 0)")).rows();
            List<List<@Nullable Object>> view = Rows.of(engine, """
                            SELECT layer, expert, q_value FROM expert_accuracy
                            WHERE run_id = 1 AND scope = 'last_prompt' AND q_value IS NOT NULL
                            ORDER BY q_value, layer, expert
                            """).rows();
            assertThat(own).hasSameSizeAs(view).hasSizeGreaterThan(10);
            for (int i = 0; i < own.size(); i++) {
                assertThat((double) own.get(i).get(6))
                        .isEqualTo((double) view.get(i).get(2), within(1e-12));
            }
            List<List<@Nullable Object>> some =
                    Rows.of(engine, adjusted.replace(", 30)", ", 4)")).rows();
            assertThat(some).hasSizeBetween(1, own.size() - 1);
            assertThat((double) some.get(0).get(6)).isLessThanOrEqualTo(1.0);
        }
    }

    private static Stream<String> statements() throws Exception {
        return STATEMENT
                .matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1));
    }
}
