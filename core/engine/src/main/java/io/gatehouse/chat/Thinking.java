package io.gatehouse.chat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Whether a reasoning model is asked to think before its answer. */
public enum Thinking {
    /** As the template does without being told. */
    DEFAULT("default", ""),

    /**
     * The template is told not to: {@code enable_thinking} (Qwen3, GLM-4.5, Nemotron) and {@code thinking} (DeepSeek-V3.1,
     * Granite, Kimi) are false.
     */
    OFF("off", "+no-thinking"),

    /** The answer begins with an empty think block, {@code <think></think>}, whatever the template says. */
    EMPTY("empty", "+empty-thinking");

    private final String id;
    private final String suffix;

    Thinking(String id, String suffix) {
        this.id = id;
        this.suffix = suffix;
    }

    /**
     * The choice of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static Thinking of(String id) {
        return Arrays.stream(values())
                .filter(choice -> choice.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--thinking takes %s, not '%s'"
                                .formatted(
                                        Arrays.stream(values())
                                                .map(Thinking::id)
                                                .collect(Collectors.joining(", ")),
                                        id)));
    }

    /** Name as users write it. */
    public String id() {
        return id;
    }

    /** What the prompt format of a run ends in, so that it says how its model was asked. */
    public String suffix() {
        return suffix;
    }
}
