package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.schema.GivenName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run that another engine recorded. Each sequence becomes a question of a quiz that is named like the run, unless it is one
 * of an earlier import; the sequences themselves are read when they are written, shard by shard.
 *
 * @param source the kind of files it came from, such as {@code vllm}
 * @param model name of the model, given by the user
 * @param layers known transformer layers of the model
 * @param experts experts of a layer; the largest number where layers differ
 * @param topK experts that each token is sent to
 * @param provenance properties of the files, and of what they lack
 * @param shape the shape of all sequences or counts
 * @param questions a question for each sequence, in order
 * @param questionsOf the imported run whose questions they are, by their names; empty for a quiz of its own
 * @param sequences the sequences, which are those that the shape and the questions were made of
 * @param counts counts, if the source has nothing else
 * @param memory counts the sequences that are held until their shard is written
 * @param step step of the series that the run belongs to, if it is of one
 */
public record ImportedRun(
        String name,
        String source,
        String model,
        int layers,
        int experts,
        int topK,
        Map<String, String> provenance,
        RecordedShape shape,
        List<QuestionRow> questions,
        Optional<String> questionsOf,
        SequenceSource sequences,
        List<ExpertCounts> counts,
        FileMemory memory,
        OptionalLong step) {
    public ImportedRun {
        requireNonNull(name, "name is null");
        requireNonNull(source, "source is null");
        requireNonNull(model, "model is null");
        requireNonNull(shape, "shape is null");
        requireNonNull(questionsOf, "questionsOf is null");
        requireNonNull(sequences, "sequences is null");
        requireNonNull(memory, "memory is null");
        requireNonNull(step, "step is null");
        GivenName.checked("The name of a run", name);
        provenance = Map.copyOf(provenance);
        questions = List.copyOf(questions);
        counts = List.copyOf(counts);
        if (questions.isEmpty() == counts.isEmpty()) {
            throw new IllegalArgumentException(
                    "An imported run has %d sequences and %d counts".formatted(questions.size(), counts.size()));
        }
        if (experts < 1 || experts > Short.MAX_VALUE || topK < 1 || topK > experts) {
            throw new IllegalArgumentException("Top-k %d of %d experts".formatted(topK, experts));
        }
    }

    /** Returns a run whose sequences are in memory; its components are like those of the record. */
    public static ImportedRun of(
            String name,
            String source,
            String model,
            int layers,
            int experts,
            int topK,
            Map<String, String> provenance,
            List<TracedSequence> sequences,
            List<ExpertCounts> counts) {
        SequenceQuestions questions = new SequenceQuestions();
        sequences.forEach(sequence -> questions.add(
                sequence.name(),
                sequence.domain(),
                sequence.text(),
                sequence.answer().map(TracedAnswer::answer).orElse("")));
        return new ImportedRun(
                name,
                source,
                model,
                layers,
                experts,
                topK,
                provenance,
                RecordedShape.of(sequences, counts),
                questions.rows(),
                Optional.empty(),
                SequenceSource.of(sequences),
                counts,
                FileMemory.of("Run \"%s\"".formatted(name)),
                OptionalLong.empty());
    }

    /**
     * Returns the run with the questions of another one.
     *
     * @throws GatehouseException INVALID_ARGUMENT if it has counts only, which have no questions
     */
    public ImportedRun withQuestionsOf(String run) {
        if (questions.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The files have counts, not sequences that could be those of run \"%s\".".formatted(run));
        }
        return new ImportedRun(
                name,
                source,
                model,
                layers,
                experts,
                topK,
                provenance,
                shape,
                questions,
                Optional.of(run),
                sequences,
                counts,
                memory,
                step);
    }

    /** Returns its description as a run of the file. */
    public RunDescription description(String quiz, String gatehouseVersion) {
        return new RunDescription(
                name,
                model,
                "",
                "",
                shape.modelLayers(layers, experts, topK),
                quiz,
                "",
                0,
                shape.recording(),
                "",
                "",
                "",
                gatehouseVersion,
                source,
                "",
                Generation.NONE);
    }
}
