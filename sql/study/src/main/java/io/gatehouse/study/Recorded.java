package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Session;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a figure may need that not every run has recorded. The names in lower case are the columns of recorded.sql. */
enum Recorded {
    ANSWERS("the run has no answers"),
    LAST_PROMPT("nothing is known about the last prompt tokens"),
    WEIGHTS("the weights of the selected experts were not recorded"),
    NORMS("the norms of expert outputs were not recorded (gatehouse run --norms)"),
    SUBJECTS("the questions have no subjects");

    private final String otherwise;

    Recorded(String otherwise) {
        this.otherwise = otherwise;
    }

    /** Returns what a run has recorded. */
    static List<Recorded> by(Session session, int runId) {
        Rows row = Rows.of(
                session, Resources.text(Recorded.class, "recorded.sql").replace(":run_id", Integer.toString(runId)));
        return Arrays.stream(values())
                .filter(kind -> Boolean.TRUE.equals(row.value(0, kind.column())))
                .toList();
    }

    /** Finds the reason why needs, by the names of columns, are not met. */
    static Optional<String> findMissing(List<String> needs, List<Recorded> recorded) {
        requireNonNull(recorded, "recorded is null");
        return Arrays.stream(values())
                .filter(kind -> needs.contains(kind.column()) && !recorded.contains(kind))
                .map(kind -> kind.otherwise)
                .findFirst();
    }

    private String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
