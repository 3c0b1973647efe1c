package io.gatehouse.sample.quiz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** {@code Which of these words has the most letters?} Nouns; one is longer than each of the others. */
record LongestWord(Lexicon lexicon) implements Topic {
    @Override
    public String name() {
        return "word_length";
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
    public Exercise draw(RandomGenerator random) {
        while (true) {
            List<String> words = new ArrayList<>(Shuffle.sample(lexicon.nouns(), 4, random));
            words.sort(Comparator.comparingInt(String::length));
            if (words.get(3).length() > words.get(2).length()) {
                return new Exercise(
                        "Which of these words has the most letters?",
                        words.get(3),
                        words.subList(0, 3),
                        String.join(" ", new TreeSet<>(words)));
            }
        }
    }
}
