package io.gatehouse.sample.quiz;

import io.gatehouse.sample.quiz.Lexicon.Category;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** {@code Which of these is an animal?} The four choices come from four categories. */
record Categories(Lexicon lexicon) implements Topic {
    @Override
    public String name() {
        return "categories";
    }

    @Override
    public Knowledge knowledge() {
        return Knowledge.RECALL;
    }

    @Override
    public Words words() {
        return Words.NOUNS;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        List<Category> drawn = Shuffle.sample(lexicon.categories(), 4, random);
        List<String> words = drawn.stream()
                .map(category ->
                        category.words().get(random.nextInt(category.words().size())))
                .toList();
        String asked = drawn.get(0).name();
        return new Exercise(
                "Which of these is %s?".formatted(asked),
                words.get(0),
                words.subList(1, 4),
                asked + ": " + String.join(" ", new TreeSet<>(words)));
    }
}
