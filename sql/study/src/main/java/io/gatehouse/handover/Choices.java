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
 * @param hottest how many experts of each layer are listed; where empty, all that fired
 * @param relations names of relations; where empty, all
 */
public record Choices(
        Optional<String> run,
        Optional<String> scope,
        Optional<String> subject,
        Optional<ExpertScore> score,
        Optional<Double> topP,
        Optional<Integer> hottest,
        Optional<List<String>> relations) {
    private static final List<String> SCOPES = List.of("prompt", "last_prompt", "generated");

    public Choices {
        requireNonNull(run, "run is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(score, "score is null");
        requireNonNull(topP, "topP is null");
        scope.filter(name -> !SCOPES.contains(name)).ifPresent(name -> {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There is no scope '%s'; the scopes are prompt, last_prompt and generated.".formatted(name));
        });
        hottest.filter(number -> number < 1).ifPresent(number -> {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--hottest is %d; it must be 1 or more.".formatted(number));
        });
        relations = relations.map(List::copyOf);
    }

    /** Nothing but a run. */
    public static Choices of(String run) {
        return new Choices(
                Optional.of(run),
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
        hottest.ifPresent(value -> given.put(Choice.HOTTEST, value));
        relations.ifPresent(value -> given.put(Choice.RELATIONS, String.join(",", value)));
        return given;
    }
}
