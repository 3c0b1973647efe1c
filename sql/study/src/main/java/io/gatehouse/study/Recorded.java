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
    /** Every figure that needs anything of a run needs routing. */
    ROUTING("no routing decision is stored"),
    ANSWERS("the run has no answers"),
    LAST_PROMPT("nothing is known about the last prompt tokens"),
    WEIGHTS("the weights of the selected experts were not recorded"),
    NORMS("the norms of expert outputs were not recorded (gatehouse run --norms)"),
    LOOKAHEAD("what routers choose from an earlier state was not recorded (gatehouse run --record-lookahead 1,2)"),
    SUBJECTS("the questions have no subjects"),
    SEQUENCES("only counts were imported, not the tokens of each sequence"),
    PROMPT("of each prompt, only the last token was recorded"),
    TOKENS("of each prompt, only the last token was recorded, and there is no generated token"),
    GENERATED("the run has no generated tokens with routing (gatehouse run --max-new-tokens)");

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

    /**
     * Returns the scope of the tokens that stand for decoding one token after another: the generated ones, or else those
     * of the prompts, of which a replay is a guess at what follows them.
     */
    static String decoded(List<Recorded> recorded) {
        return recorded.contains(GENERATED) ? "generated" : "prompt";
    }

    /** Finds the reason why needs, by the names of columns, are not met. */
    static Optional<String> findMissing(List<String> needs, List<Recorded> recorded) {
        requireNonNull(recorded, "recorded is null");
        return Arrays.stream(values())
                .filter(kind -> kind == ROUTING ? !needs.isEmpty() : needs.contains(kind.column()))
                .filter(kind -> !recorded.contains(kind))
                .map(kind -> kind.otherwise)
                .findFirst();
    }

    /** Its name in the heads of figures, and its column in recorded.sql. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
