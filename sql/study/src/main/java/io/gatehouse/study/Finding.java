package io.gatehouse.study;

import io.gatehouse.base.Resources;
import java.util.List;
import java.util.Locale;

/** Something worth knowing about a run, as one SQL statement. */
public enum Finding {
    NEXT_EXPERTS_OF_SUBJECTS("Which experts are specialised in which subject?"),
    NEXT_SURE_AND_RIGHT("Is the router more certain where the answer is correct?"),
    NEXT_BUSIEST_TOKENS("Which tokens always go to the same experts of the first layer?");

    private static final String RUN_ID = ":run_id";

    private final String title;

    Finding(String title) {
        this.title = title;
    }

    /** The statements to try after having read the findings. */
    public static List<Finding> next() {
        return List.of(NEXT_EXPERTS_OF_SUBJECTS, NEXT_SURE_AND_RIGHT, NEXT_BUSIEST_TOKENS);
    }

    public String title() {
        return title;
    }

    /** The statement for one run. */
    public String sql(int runId) {
        String file = name().toLowerCase(Locale.ROOT) + ".sql";
        return Resources.text(Finding.class, file).strip().replace(RUN_ID, Integer.toString(runId));
    }
}
