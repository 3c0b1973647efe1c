package io.gatehouse.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a run does with a question whose prompt is longer than the model takes. */
public enum LongPrompts {
    /** The run fails before it computes anything. */
    FAIL("fail"),

    /** The run leaves the question out. */
    SKIP("skip"),

    /**
     * The prompt gets as many of the first solved examples as fit; the run leaves the question out if none does and it
     * is still too long.
     */
    TRUNCATE_EXAMPLES("truncate-examples");

    private final String id;

    LongPrompts(String id) {
        this.id = id;
    }

    /**
     * The choice of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static LongPrompts of(String id) {
        return Arrays.stream(values())
                .filter(choice -> choice.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--long-prompts takes %s, not '%s'"
                                .formatted(
                                        Arrays.stream(values())
                                                .map(LongPrompts::id)
                                                .collect(Collectors.joining(", ")),
                                        id)));
    }

    /** Name as users write it. */
    public String id() {
        return id;
    }
}
