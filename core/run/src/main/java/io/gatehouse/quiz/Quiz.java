package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.NearNames;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A quiz; its subjects are sorted by name. */
public record Quiz(String name, List<Subject> subjects) {
    public Quiz {
        requireNonNull(name, "name is null");
        subjects = subjects.stream().sorted(Comparator.comparing(Subject::name)).toList();
    }

    /** Number of test questions in all subjects. */
    public int questions() {
        return subjects.stream().mapToInt(subject -> subject.test().size()).sum();
    }

    /** Choices of the question that has most of them; 0 without questions. */
    public int mostChoices() {
        return subjects.stream()
                .flatMap(subject -> subject.test().stream())
                .mapToInt(question -> question.choices().size())
                .max()
                .orElse(0);
    }

    /** A test question without choices. */
    public Optional<Question> findFree() {
        return subjects.stream()
                .flatMap(subject -> subject.test().stream())
                .filter(Question::isFree)
                .findFirst();
    }

    /**
     * Returns the quiz with the named subjects only.
     *
     * @throws GatehouseException UNKNOWN_SUBJECT, with the names that are near; INVALID_ARGUMENT if none is named
     */
    public Quiz select(List<String> names) {
        if (names.isEmpty()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "No subject is named");
        }
        Set<String> wanted = new HashSet<>(names);
        Set<String> known = subjects.stream().map(Subject::name).collect(Collectors.toSet());
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw unknown(name);
        });
        return new Quiz(
                name,
                subjects.stream()
                        .filter(subject -> wanted.contains(subject.name()))
                        .toList());
    }

    /**
     * Returns the quiz with {@code questions} test questions spread over its subjects: one of each subject in turn, in
     * the order of subjects and files, until there are enough. Subjects that get none are left out. A quiz that has
     * fewer questions is returned whole.
     *
     * @throws GatehouseException INVALID_ARGUMENT if {@code questions} is not positive
     */
    public Quiz limit(int questions) {
        if (questions < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "A limit of %d questions leaves none".formatted(questions));
        }
        int[] share = new int[subjects.size()];
        int left = Math.min(questions, questions());
        int[] having = IntStream.range(0, share.length).toArray();
        while (left > 0) {
            having = IntStream.of(having)
                    .filter(i -> share[i] < subjects.get(i).test().size())
                    .toArray();
            for (int i = 0; i < having.length && left > 0; i++, left--) {
                share[having[i]]++;
            }
        }
        return new Quiz(
                name,
                IntStream.range(0, share.length)
                        .filter(i -> share[i] > 0)
                        .mapToObj(i -> new Subject(
                                subjects.get(i).name(),
                                subjects.get(i).dev(),
                                subjects.get(i).test().subList(0, share[i])))
                        .toList());
    }

    private GatehouseException unknown(String wanted) {
        List<String> near =
                NearNames.several(wanted, subjects.stream().map(Subject::name).toList());
        String hint = near.isEmpty()
                ? "it has %s".formatted(subjects.stream().map(Subject::name).collect(Collectors.joining(", ")))
                : "did you mean %s?".formatted(String.join(" or ", near));
        return new GatehouseException(
                ErrorCode.UNKNOWN_SUBJECT, "Quiz %s has no subject '%s'; %s".formatted(name, wanted, hint));
    }
}
