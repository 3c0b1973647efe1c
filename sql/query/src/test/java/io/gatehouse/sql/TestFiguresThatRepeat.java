package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Views whose figures are sums of fractions: every reading gives the same ones, however threads share the rows. */
final class TestFiguresThatRepeat {
    private static final int READINGS = 6;

    @Test
    void everyReadingGivesTheSame() throws Exception {
        try (RoutingFile file = RandomRouting.file(20261127, 12);
                Connection owner = file.writer();
                Statement statement = owner.createStatement();
                QueryEngine engine = new QueryEngine(file::reader)) {
            statement.execute("SET threads = 4");
            for (String view : List.of(
                    "criteria_agreement",
                    "expert_accuracy",
                    "layer_load",
                    "norm_gate_agreement",
                    "run_difference",
                    "standing_committee",
                    "subject_divergence",
                    "weight_norm_agreement")) {
                Set<Set<List<@Nullable Object>>> readings = new HashSet<>();
                for (int i = 0; i < READINGS; i++) {
                    readings.add(new HashSet<>(rows(engine, view)));
                }
                assertThat(readings).as(view).hasSize(1);
            }
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String view) {
        return Rows.of(engine, "SELECT * FROM " + view).rows();
    }
}
