package io.gatehouse.sql;

import static java.util.stream.Collectors.joining;

import com.google.common.base.Splitter;
import io.gatehouse.base.NearNames;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Accepted;
import io.gatehouse.sql.plan.GivenArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses arguments of table functions that they do not take, such as a run that the file does not have. The call would have
 * no rows, without a reason.
 */
final class GivenArguments {
    /** The number of values that a message lists. */
    private static final int MOST_LISTED = 10;

    private GivenArguments() {}

    /**
     * @param values of the parameters of the statement
     * @param ofFile answers the queries of {@link Accepted.OfFile}, with values as {@link GivenArgument#value} has them
     */
    static void check(
            List<GivenArgument> arguments,
            List<? extends @Nullable Object> values,
            Function<String, List<Object>> ofFile) {
        for (GivenArgument argument : arguments) {
            argument.value(values).ifPresent(value -> {
                if (argument.accepted() instanceof Accepted.OfFile kind) {
                    checkInFile(argument, kind, value, ofFile);
                } else if (!argument.accepted().takes(value)) {
                    throw invalid(
                            argument, argument.accepted().notTaken(argument.function(), argument.parameter(), value));
                }
            });
        }
    }

    private static void checkInFile(
            GivenArgument argument, Accepted.OfFile kind, Object value, Function<String, List<Object>> ofFile) {
        List<Object> known = new ArrayList<>();
        for (String query : kind.queries()) {
            known.addAll(ofFile.apply(query));
            if (known.contains(value)) {
                kind.recording().ifPresent(recording -> checkRecorded(argument, recording, value, ofFile));
                return;
            }
        }
        List<String> parts = kind.joint()
                .filter(joint -> value instanceof String text && text.contains(joint))
                .map(joint -> Splitter.on(joint).splitToList((String) value))
                .orElse(List.of());
        Optional<Object> unknown = parts.isEmpty()
                ? Optional.of(value)
                : parts.stream()
                        .filter(part -> !known.contains(part))
                        .map(Object.class::cast)
                        .findFirst();
        unknown.ifPresent(name -> {
            throw invalid(
                    argument,
                    "%s of %s is %s, and the file has no %s %s; %s"
                            .formatted(
                                    argument.parameter(),
                                    argument.function(),
                                    shown(value),
                                    parts.isEmpty() ? "such" : kind.noun(),
                                    parts.isEmpty() ? kind.noun() : shown(name),
                                    advice(kind.noun(), name, known)));
        });
    }

    private static void checkRecorded(
            GivenArgument argument, Accepted.Recording recording, Object run, Function<String, List<Object>> ofFile) {
        List<Object> with = ofFile.apply(recording.query());
        if (!with.contains(run)) {
            throw invalid(
                    argument,
                    "%s of %s is %s, which did not record %s (gatehouse run %s); %s"
                            .formatted(
                                    argument.parameter(),
                                    argument.function(),
                                    shown(run),
                                    recording.data(),
                                    recording.option(),
                                    with.isEmpty() ? "no run of the file did." : recorders(with)));
        }
    }

    private static String recorders(List<Object> runs) {
        String some =
                runs.stream().limit(MOST_LISTED).map(GivenArguments::shown).collect(joining(", "));
        return "run%s %s%s did.".formatted(runs.size() == 1 ? "" : "s", some, runs.size() > MOST_LISTED ? ", …" : "");
    }

    private static GatehouseException invalid(GivenArgument argument, String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message, argument.place());
    }

    private static String advice(String noun, Object value, List<Object> known) {
        Optional<String> near = value instanceof String name
                ? nearest(name, known.stream().map(String::valueOf).toList())
                : Optional.empty();
        return near.map("did you mean '%s'?"::formatted).orElseGet(() -> listed(noun, known));
    }

    private static Optional<String> nearest(String name, List<String> known) {
        return known.stream().filter(name::equalsIgnoreCase).findFirst().or(() -> NearNames.nearest(name, known));
    }

    private static String listed(String noun, List<Object> known) {
        if (known.isEmpty()) {
            return "it has no %ss yet.".formatted(noun);
        }
        String some =
                known.stream().limit(MOST_LISTED).map(GivenArguments::shown).collect(joining(", "));
        if (known.size() > MOST_LISTED) {
            return "it has %d %ss: %s, ….".formatted(known.size(), noun, some);
        }
        return "it has the %s%s %s.".formatted(noun, known.size() == 1 ? "" : "s", some);
    }

    private static String shown(Object value) {
        return value instanceof String text ? "'%s'".formatted(text) : String.valueOf(value);
    }
}
