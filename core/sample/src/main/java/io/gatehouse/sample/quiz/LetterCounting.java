package io.gatehouse.sample.quiz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * {@code Which letter appears most often in k m k p k r t?} The right one three times, the others once; the instance is
 * the row.
 */
record LetterCounting() implements Topic {
    private static final int OFTEN = 3;
    private static final int OTHERS = 4;

    @Override
    public String name() {
        return "letter_counting";
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
    public boolean isAdvanced() {
        return true;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        List<String> letters = Shuffle.sample(LetterOrder.alphabet(), 1 + OTHERS, random);
        String right = letters.get(0);
        List<String> others = letters.subList(1, letters.size());
        List<String> row = new ArrayList<>(others);
        row.addAll(Collections.nCopies(OFTEN, right));
        String shown = String.join(" ", Shuffle.of(row, random));
        return new Exercise(
                "Which letter appears most often in %s?".formatted(shown), right, others.subList(0, 3), shown);
    }
}
