package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What defines a run, as the {@code runs} table keeps it.
 *
 * @param fingerprint identifies the checkpoint's content
 * @param layers transformer layers of the model, those without experts included
 * @param experts experts of each mixture-of-experts layer; the largest number where layers differ
 * @param topK experts that each token is sent to; the largest number where layers differ
 * @param task name of the quiz
 * @param shots solved examples before each question
 * @param interventions what is changed about the routing; empty if nothing is
 */
public record RunDescription(
        String name,
        String model,
        String fingerprint,
        String architecture,
        int layers,
        int experts,
        int topK,
        String task,
        String promptFormat,
        int shots,
        Recording recording,
        String precisionPlan,
        String device,
        String interventions,
        String gatehouseVersion)
        implements Serializable {
    public RunDescription {
        requireNonNull(name, "name is null");
        requireNonNull(model, "model is null");
        requireNonNull(fingerprint, "fingerprint is null");
        requireNonNull(architecture, "architecture is null");
        requireNonNull(task, "task is null");
        requireNonNull(promptFormat, "promptFormat is null");
        requireNonNull(recording, "recording is null");
        requireNonNull(precisionPlan, "precisionPlan is null");
        requireNonNull(device, "device is null");
        requireNonNull(interventions, "interventions is null");
        requireNonNull(gatehouseVersion, "gatehouseVersion is null");
        GivenName.checked("a run", name);
        if (layers < 1 || layers > Short.MAX_VALUE) {
            throw new IllegalArgumentException("Layers not in 1..%d: %d".formatted(Short.MAX_VALUE, layers));
        }
        if (experts < 1 || experts > Short.MAX_VALUE) {
            throw new IllegalArgumentException("Experts not in 1..%d: %d".formatted(Short.MAX_VALUE, experts));
        }
        if (topK < 1 || topK > experts) {
            throw new IllegalArgumentException("Top-k not in 1..%d: %d".formatted(experts, topK));
        }
        if (shots < 0) {
            throw new IllegalArgumentException("Negative number of shots: " + shots);
        }
    }
    /** Tokens whose routing is recorded. */
    public Scope scope() {
        return recording.scope();
    }
}
