package io.gatehouse.sample.quiz;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * {@code Which of these letters comes first in the alphabet?} or {@code last}. The instance is the set of four letters,
 * whichever end is asked for.
 */
record LetterOrder() implements Topic {
    @Override
    public String name() {
        return "letter_order";
    }

    @Override
    public Knowledge knowledge() {
        return Knowledge.RULE;
    }

    @Override
    public Words words() {
        return Words.LETTERS;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        List<String> letters = new ArrayList<>(Shuffle.sample(alphabet(), 4, random));
        letters.sort(null);
        String key = String.join(" ", letters);
        boolean first = random.nextBoolean();
        String right = letters.remove(first ? 0 : 3);
        String question = "Which of these letters comes %s in the alphabet?".formatted(first ? "first" : "last");
        return new Exercise(question, right, letters, key);
    }

    static List<String> alphabet() {
        return IntStream.rangeClosed('a', 'z').mapToObj(Character::toString).toList();
    }
}
