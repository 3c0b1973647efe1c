package io.gatehouse.handover;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The export format of a run, named by the program or method that reads it. */
public enum HandoverFormat {
    /** The experts that ESFT fine-tunes for a subject, as its {@code expert_config}. */
    ESFT("esft"),

    /** How often each expert was activated, as read by SGLang's {@code --init-expert-location} and DeepSeek's EPLB. */
    EPLB("eplb"),

    /** Experts and weights at the last prompt token, as CommitteeAudit's CSV. */
    COMMITTEE("committee"),

    /** Which experts were never activated. */
    MASK("mask");

    private final String id;

    HandoverFormat(String id) {
        this.id = id;
    }

    /** Name as users write it. */
    public String id() {
        return id;
    }

    /**
     * Returns the format with a name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static HandoverFormat of(String id) {
        return Arrays.stream(values())
                .filter(format -> format.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Nothing is exported as '%s'; there are %s"
                                .formatted(
                                        id,
                                        Arrays.stream(values())
                                                .map(HandoverFormat::id)
                                                .collect(Collectors.joining(", ")))));
    }
}
