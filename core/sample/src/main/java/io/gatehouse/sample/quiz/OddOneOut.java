package io.gatehouse.sample.quiz;

import io.gatehouse.sample.quiz.Lexicon.Category;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** {@code Which of these is not an animal?} Three words of one category and one of another. */
record OddOneOut(Lexicon lexicon) implements Topic {
    @Override
    public String name() {
        return "odd_one_out";
    }

    @Override
    public Knowledge knowledge() {
        return Knowledge.RULE_OVER_RECALL;
    }

    @Override
    public Words words() {
        return Words.NOUNS;
    }

    @Override
    public boolean isAdvanced() {
        return true;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        List<Category> drawn = Shuffle.sample(lexicon.categories(), 2, random);
        List<String> odd = Shuffle.sample(drawn.get(0).words(), 1, random);
        List<String> others = Shuffle.sample(drawn.get(1).words(), 3, random);
        TreeSet<String> words = new TreeSet<>(others);
        words.addAll(odd);
        return new Exercise(
                "Which of these is not %s?".formatted(drawn.get(1).name()),
                odd.get(0),
                others,
                String.join(" ", words));
    }
}
