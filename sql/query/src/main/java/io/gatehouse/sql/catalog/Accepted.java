package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** The values that a parameter of a table function takes, beside NULL. */
public sealed interface Accepted {
    /** Any value of the type. */
    record Any() implements Accepted {
        @Override
        public boolean takes(Object value) {
            return true;
        }

        @Override
        public String toString() {
            return "any value";
        }
    }

    /**
     * One of the values that the file has of something.
     *
     * @param noun what each of them is, in the singular
     * @param queries names of the resources with the queries for the values; the later ones take longer
     * @param recording what they must have recorded
     * @param joint what stands between several of them, where they can be joined
     */
    record OfFile(String noun, List<String> queries, Optional<Recording> recording, Optional<String> joint)
            implements Accepted {
        private static final List<String> ALL_RUNS = List.of("catalog/runs.sql");
        private static final OfFile RUNS = new OfFile("run", ALL_RUNS, Optional.empty(), Optional.empty());
        private static final OfFile RUNS_WITH_PROBABILITIES = new OfFile(
                "run",
                ALL_RUNS,
                Optional.of(new Recording(
                        "the probabilities of all experts", "--probabilities", "catalog/runs-with-probabilities.sql")),
                Optional.empty());
        private static final OfFile RUNS_WITH_LOOKAHEAD = new OfFile(
                "run",
                ALL_RUNS,
                Optional.of(new Recording(
                        "the choice of routers from an earlier state",
                        "--record-lookahead",
                        "catalog/runs-with-lookahead.sql")),
                Optional.empty());
        private static final OfFile SUBJECTS = new OfFile(
                "subject",
                List.of("catalog/subjects.sql", "catalog/counted-subjects.sql"),
                Optional.empty(),
                Optional.empty());
        private static final OfFile QUESTION_SETS = new OfFile(
                "question set",
                List.of("catalog/question-sets.sql", "catalog/question-attributes.sql"),
                Optional.empty(),
                Optional.of(" & "));

        public OfFile {
            requireNonNull(recording, "recording is null");
            requireNonNull(joint, "joint is null");
            queries = List.copyOf(queries);
        }

        private static OfFile parse(String values) {
            return switch (values) {
                case "runs" -> RUNS;
                case "runs with probabilities" -> RUNS_WITH_PROBABILITIES;
                case "runs with lookahead" -> RUNS_WITH_LOOKAHEAD;
                case "subjects" -> SUBJECTS;
                case "question sets" -> QUESTION_SETS;
                default -> throw new IllegalArgumentException("A parameter takes one of \"%s\"".formatted(values));
            };
        }

        /** Only the file knows. */
        @Override
        public boolean takes(Object value) {
            return true;
        }

        @Override
        public String toString() {
            return "a %s of the file".formatted(noun)
                    + recording.map(with -> " that recorded " + with.data()).orElse("");
        }
    }

    /**
     * What only some runs record.
     *
     * @param data in words
     * @param option of {@code gatehouse run} that records it
     * @param query name of the resource with the query for the runs that have it
     */
    record Recording(String data, String option, String query) {}

    /** One of some words, in this case of letters. */
    record Words(List<String> words) implements Accepted {
        public Words {
            words = List.copyOf(words);
        }

        @Override
        public boolean takes(Object value) {
            return !(value instanceof String) || words.contains(value);
        }

        @Override
        public String toString() {
            int last = words.size() - 1;
            return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
        }
    }

    /** A number that is not smaller. */
    record From(BigDecimal least) implements Accepted {
        @Override
        public boolean takes(Object value) {
            return !(value instanceof BigDecimal number) || number.compareTo(least) >= 0;
        }

        @Override
        public String toString() {
            return "%s or more".formatted(least.toPlainString());
        }
    }

    /** A number that is larger. */
    record Above(BigDecimal bound) implements Accepted {
        @Override
        public boolean takes(Object value) {
            return !(value instanceof BigDecimal number) || number.compareTo(bound) > 0;
        }

        @Override
        public String toString() {
            return "more than %s".formatted(bound.toPlainString());
        }
    }

    /**
     * Reads what stands behind the type of a parameter: "in a, b", "from 1", "above 0", "of runs", "of runs with
     * probabilities", "of runs with lookahead", "of subjects", "of question sets", or nothing.
     */
    static Accepted parse(String text) {
        String[] parts = text.split(" ", 2);
        return switch (parts[0]) {
            case "" -> new Any();
            case "in" -> new Words(List.of(parts[1].split(", ")));
            case "of" -> OfFile.parse(parts[1]);
            case "from" -> new From(new BigDecimal(parts[1]));
            case "above" -> new Above(new BigDecimal(parts[1]));
            default -> throw new IllegalArgumentException("A parameter takes \"%s\"".formatted(text));
        };
    }

    /** Whether a parameter takes a value: a String, or a number as a BigDecimal. */
    boolean takes(Object value);

    /** What is said of a value that a parameter does not take. */
    default String notTaken(String function, String parameter, Object value) {
        // A number is not written in its plain form, which may have a billion digits.
        return "%s of %s is %s, not %s."
                .formatted(parameter, function, this, value instanceof String ? "'" + value + "'" : value);
    }
}
