package io.gatehouse.sample.quiz;

import io.gatehouse.base.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/** The words and facts that subjects share, read from the resources beside this class. */
record Lexicon(List<Category> categories, List<Pair> antonyms, List<Pair> capitals) {
    Lexicon {
        categories = List.copyOf(categories);
        antonyms = List.copyOf(antonyms);
        capitals = List.copyOf(capitals);
    }

    /** A kind of thing with its article, such as {@code an animal}, and words for things of that kind. */
    record Category(String name, List<String> words) {
        Category {
            words = List.copyOf(words);
        }
    }

    /** Two words that belong together: a word and its opposite, a country and its capital. */
    record Pair(String left, String right) {}

    static Lexicon bundled() {
        return new Lexicon(
                rows("nouns.csv").stream()
                        .map(row -> new Category(row.get(0), row.subList(1, row.size())))
                        .toList(),
                pairs("antonyms.csv"),
                pairs("capitals.csv"));
    }

    List<String> nouns() {
        return categories.stream()
                .flatMap(category -> category.words().stream())
                .toList();
    }

    private static List<Pair> pairs(String resource) {
        return rows(resource).stream()
                .map(row -> new Pair(row.get(0), row.get(1)))
                .toList();
    }

    private static List<List<String>> rows(String resource) {
        try (CSVParser parser = CSVParser.parse(Resources.text(Lexicon.class, resource), CSVFormat.RFC4180)) {
            return parser.stream().map(row -> row.stream().toList()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
