package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.schema.GivenName;
import java.io.Serializable;
import java.util.List;

/**
 * The description of a run, as in the table {@code runs}.
 *
 * @param fingerprint identifies the checkpoint's content
 * @param modelLayers layers of the model in their order, those without experts included; one at least has experts
 * @param quiz name of the quiz
 * @param shots solved examples before each question
 * @param interventions changes to the routing; empty if there are none
 * @param source {@link #ENGINE}, or the kind of the files that an import came from
 * @param storage formats that the weights of the checkpoint are stored in, that of the most bytes first; empty if
 *     nothing says it. Activations are never quantised
 * @param generation how text was generated after the prompts
 */
public record RunDescription(
        String name,
        String model,
        String fingerprint,
        String architecture,
        List<ModelLayer> modelLayers,
        String quiz,
        String promptFormat,
        int shots,
        Recording recording,
        String precision,
        String device,
        String interventions,
        String gatehouseVersion,
        String source,
        String storage,
        Generation generation)
        implements Serializable {
    /** The source of runs of Gatehouse's own engine. */
    public static final String ENGINE = "gatehouse";

    public RunDescription {
        requireNonNull(name, "name is null");
        requireNonNull(model, "model is null");
        requireNonNull(fingerprint, "fingerprint is null");
        requireNonNull(architecture, "architecture is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(promptFormat, "promptFormat is null");
        requireNonNull(recording, "recording is null");
        requireNonNull(precision, "precision is null");
        requireNonNull(device, "device is null");
        requireNonNull(interventions, "interventions is null");
        requireNonNull(gatehouseVersion, "gatehouseVersion is null");
        requireNonNull(source, "source is null");
        requireNonNull(storage, "storage is null");
        requireNonNull(generation, "generation is null");
        GivenName.checked("The name of a run", name);
        modelLayers = List.copyOf(modelLayers);
        if (modelLayers.isEmpty() || modelLayers.size() > Short.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "Layers not in 1..%d: %d".formatted(Short.MAX_VALUE, modelLayers.size()));
        }
        if (modelLayers.stream().noneMatch(layer -> layer.kind() == ModelLayer.Kind.MOE)) {
            throw new IllegalArgumentException("None of %d layers has experts".formatted(modelLayers.size()));
        }
        if (shots < 0) {
            throw new IllegalArgumentException("Negative number of shots: " + shots);
        }
    }

    /** A run of Gatehouse's own engine, of weights that are stored in formats that nothing says. */
    public RunDescription(
            String name,
            String model,
            String fingerprint,
            String architecture,
            List<ModelLayer> modelLayers,
            String quiz,
            String promptFormat,
            int shots,
            Recording recording,
            String precision,
            String device,
            String interventions,
            String gatehouseVersion) {
        this(
                name,
                model,
                fingerprint,
                architecture,
                modelLayers,
                quiz,
                promptFormat,
                shots,
                recording,
                precision,
                device,
                interventions,
                gatehouseVersion,
                ENGINE,
                "",
                Generation.NONE);
    }

    /** The same run of a quiz of another name. */
    public RunDescription withQuiz(String quiz) {
        return with(quiz, storage, generation);
    }

    /** The same run of weights that are stored in these formats. */
    public RunDescription withStorage(String formats) {
        return with(quiz, formats, generation);
    }

    /** The same run, with text generated after its prompts. */
    public RunDescription withGeneration(Generation generated) {
        return with(quiz, storage, generated);
    }

    private RunDescription with(String quiz, String formats, Generation generated) {
        return new RunDescription(
                name,
                model,
                fingerprint,
                architecture,
                modelLayers,
                quiz,
                promptFormat,
                shots,
                recording,
                precision,
                device,
                interventions,
                gatehouseVersion,
                source,
                formats,
                generated);
    }

    /** Whether another engine recorded it: its source may lack figures, tokens and answers. */
    public boolean imported() {
        return !source.equals(ENGINE);
    }

    /** Number of layers of the model. */
    public int layers() {
        return modelLayers.size();
    }

    /** The largest number of experts of a layer. */
    public int experts() {
        return modelLayers.stream().mapToInt(ModelLayer::experts).max().orElseThrow();
    }

    /** The largest number of experts that a layer sends a token to. */
    public int topK() {
        return modelLayers.stream().mapToInt(ModelLayer::topK).max().orElseThrow();
    }

    /** Tokens whose routing is recorded. */
    public Scope scope() {
        return recording.scope();
    }
}
