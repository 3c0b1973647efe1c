package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a user says about an export.
 *
 * @param run name of the run
 * @param scope the tokens that are counted; where empty, all of prompts that the run recorded
 * @param subject for ESFT; may be left out where the run has one
 * @param score by which ESFT ranks experts; where empty, {@link ExpertScore#TOKEN}
 * @param topP the share of a layer's scores that ESFT's experts reach; where empty, 0.2
 * @param questions the first set of questions of a contrast, as the table function {@code contrast} takes it
 * @param otherQuestions the second set
 * @param hottest how many experts of each layer are listed; where empty, all that fired
 * @param ranks number of ranks of a map of experts, such as GPUs
 * @param replicas number of physical experts of a layer in such a map; where empty, the least multiple of the ranks that
 *     holds all experts
 * @param relations names of relations; where empty, all
 */
public record Choices(
        Optional<String> run,
        Optional<String> scope,
        Optional<String> subject,
        Optional<ExpertScore> score,
        Optional<Double> topP,
        Optional<String> questions,
        Optional<String> otherQuestions,
        Optional<Integer> hottest,
        Optional<Integer> ranks,
        Optional<Integer> replicas,
        Optional<List<String>> relations) {
    private static final List<String> SCOPES = List.of("prompt", "last_prompt", "generated");

    public Choices {
        requireNonNull(run, "run is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(score, "score is null");
        requireNonNull(topP, "topP is null");
        requireNonNull(questions, "questions is null");
        requireNonNull(otherQuestions, "otherQuestions is null");
        scope.filter(name -> !SCOPES.contains(name)).ifPresent(name -> {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no scope '%s'; the scopes are prompt, last_prompt and generated.".formatted(name));
        });
        requirePositive(Choice.HOTTEST, hottest);
        requirePositive(Choice.RANKS, ranks);
        requirePositive(Choice.REPLICAS, replicas);
        relations = relations.map(List::copyOf);
    }

    private static void requirePositive(Choice choice, Optional<Integer> number) {
        number.filter(value -> value < 1).ifPresent(value -> {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s is %d; it must be 1 or more.".formatted(choice.option(), value));
        });
    }

    /** Nothing: all of a file. */
    public static Choices none() {
        return chosen(Optional.empty());
    }

    /** Nothing but a run. */
    public static Choices of(String run) {
        return chosen(Optional.of(run));
    }

    private static Choices chosen(Optional<String> run) {
        return new Choices(
                run,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** What was said, by what it is about. */
    public Map<Choice, Object> given() {
        Map<Choice, Object> given = new EnumMap<>(Choice.class);
        run.ifPresent(value -> given.put(Choice.RUN, value));
        scope.ifPresent(value -> given.put(Choice.SCOPE, value));
        subject.ifPresent(value -> given.put(Choice.SUBJECT, value));
        score.ifPresent(value -> given.put(Choice.SCORE, value.name().toLowerCase(Locale.ROOT)));
        topP.ifPresent(value -> given.put(Choice.TOP_P, value));
        questions.ifPresent(value -> given.put(Choice.QUESTIONS, value));
        otherQuestions.ifPresent(value -> given.put(Choice.OTHER_QUESTIONS, value));
        hottest.ifPresent(value -> given.put(Choice.HOTTEST, value));
        ranks.ifPresent(value -> given.put(Choice.RANKS, value));
        replicas.ifPresent(value -> given.put(Choice.REPLICAS, value));
        relations.ifPresent(value -> given.put(Choice.RELATIONS, String.join(",", value)));
        return given;
    }
}
