package io.gatehouse.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A part of a statement that was drawn at random: words, and further parts. It knows what is simpler than itself. */
sealed interface Phrase {
    /** What a phrase stands for: it can give way to another one that stands for the same. */
    enum Category {
        QUERY("SELECT 1 AS c1"),
        ORDER("ALL"),
        INT("1", "NULL"),
        DECIMAL("1.5", "NULL"),
        DOUBLE("0.5e0", "NULL"),
        TEXT("'a'", "NULL"),
        BOOL("TRUE", "NULL"),
        DATE("DATE '2026-01-01'", "NULL"),
        TIMESTAMP("TIMESTAMP '2026-01-01 00:00:00'", "NULL"),
        TIME("TIME '01:02:03'", "NULL"),
        INTERVAL("INTERVAL '1' DAY", "NULL"),
        INTS("[1]", "NULL"),
        DOUBLES("[0.5e0]", "NULL"),
        TEXTS("['a']", "NULL"),
        /** Nothing stands for it but itself. */
        OTHER;

        @SuppressWarnings("ImmutableEnumChecker")
        private final List<String> simplest;

        Category(String... simplest) {
            this.simplest = List.of(simplest);
        }
    }

    /** The text of the statement. */
    String text();

    /** The values of its parameters, in order. */
    Stream<@Nullable Object> parameters();

    /** The same with one part simpler or left out, the largest parts first. */
    Stream<Phrase> simpler();

    /** This phrase and those in it, from the outermost. */
    Stream<Phrase> all();

    static Phrase word(String text) {
        return new Words(Category.OTHER, List.of(text), List.of());
    }

    /**
     * A phrase of a category.
     *
     * @param form text with a # for each of the parts
     */
    static Phrase of(Category category, String form, Phrase... parts) {
        return new Words(category, List.of(form.split("#", -1)), List.of(parts));
    }

    static Phrase of(String form, Phrase... parts) {
        return of(Category.OTHER, form, parts);
    }

    /** A phrase that can be left out. */
    static Phrase optional(String form, Phrase... parts) {
        return new Optional(of(form, parts));
    }

    static Phrase nothing() {
        return word("");
    }

    /** Phrases of which each but the last one can be left out. */
    static Phrase series(String separator, List<Phrase> elements) {
        return new Series(separator, elements);
    }

    /** Words between parts: one more than parts. */
    record Words(Category category, List<String> words, List<Phrase> parts) implements Phrase {
        public Words {
            if (words.size() != parts.size() + 1) {
                throw new IllegalArgumentException("%d parts for %s".formatted(parts.size(), words));
            }
        }

        @Override
        public String text() {
            StringBuilder text = new StringBuilder(words.get(0));
            for (int i = 0; i < parts.size(); i++) {
                text.append(parts.get(i).text()).append(words.get(i + 1));
            }
            return text.toString();
        }

        @Override
        public Stream<@Nullable Object> parameters() {
            return parts.stream().flatMap(Phrase::parameters);
        }

        @Override
        public Stream<Phrase> simpler() {
            Stream<Phrase> leaves = parts.isEmpty() && category.simplest.contains(text())
                    ? Stream.empty()
                    : category.simplest.stream()
                            .<Phrase>map(leaf -> new Words(category, List.of(leaf), List.of()))
                            .filter(leaf -> leaf.text().length() < text().length());
            Stream<Phrase> within = category == Category.OTHER
                    ? Stream.empty()
                    : parts.stream()
                            .flatMap(Phrase::all)
                            .filter(part -> part instanceof Words words && words.category == category);
            return Stream.concat(
                    Stream.concat(leaves, within),
                    Phrase.simplerPart(parts).map(simpler -> new Words(category, words, simpler)));
        }

        @Override
        public Stream<Phrase> all() {
            return Stream.concat(Stream.of(this), parts.stream().flatMap(Phrase::all));
        }
    }

    /** Phrases with a separator. */
    record Series(String separator, List<Phrase> elements) implements Phrase {
        @Override
        public String text() {
            return String.join(separator, elements.stream().map(Phrase::text).toList());
        }

        @Override
        public Stream<@Nullable Object> parameters() {
            return elements.stream().flatMap(Phrase::parameters);
        }

        @Override
        public Stream<Phrase> simpler() {
            Stream<Phrase> shorter = elements.size() < 2
                    ? Stream.empty()
                    : IntStream.range(0, elements.size()).mapToObj(i -> {
                        List<Phrase> rest = new ArrayList<>(elements);
                        rest.remove(i);
                        return new Series(separator, rest);
                    });
            return Stream.concat(shorter, Phrase.simplerPart(elements).map(simpler -> new Series(separator, simpler)));
        }

        @Override
        public Stream<Phrase> all() {
            return Stream.concat(Stream.of(this), elements.stream().flatMap(Phrase::all));
        }
    }

    /** A phrase that can be left out. */
    record Optional(Phrase phrase) implements Phrase {
        @Override
        public String text() {
            return phrase.text();
        }

        @Override
        public Stream<@Nullable Object> parameters() {
            return phrase.parameters();
        }

        @Override
        public Stream<Phrase> simpler() {
            return Stream.concat(Stream.of(nothing()), phrase.simpler().map(Optional::new));
        }

        @Override
        public Stream<Phrase> all() {
            return Stream.concat(Stream.of(this), phrase.all());
        }
    }

    /** A question mark, and what stands for it. */
    record Parameter(@Nullable Object value) implements Phrase {
        @Override
        public String text() {
            return "?";
        }

        @Override
        public Stream<@Nullable Object> parameters() {
            return Stream.of(value);
        }

        @Override
        public Stream<Phrase> simpler() {
            return Stream.empty();
        }

        @Override
        public Stream<Phrase> all() {
            return Stream.of(this);
        }
    }

    private static Stream<List<Phrase>> simplerPart(List<Phrase> parts) {
        return IntStream.range(0, parts.size())
                .boxed()
                .flatMap(i -> parts.get(i).simpler().map(simpler -> {
                    List<Phrase> changed = new ArrayList<>(parts);
                    changed.set(i, simpler);
                    return changed;
                }));
    }
}
