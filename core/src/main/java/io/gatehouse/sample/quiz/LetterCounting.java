package io.gatehouse.sample.quiz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** {@code How many times does k appear in k m k p k r?} Six letters; the instance is the row and the letter. */
record LetterCounting() implements Topic {
    private static final int ROW = 6;

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
    public Exercise draw(RandomGenerator random) {
        int count = random.nextInt(1, ROW);
        List<String> letters = Shuffle.sample(LetterOrder.alphabet(), 1 + ROW - count, random);
        String counted = letters.get(0);
        List<String> row = new ArrayList<>(letters.subList(1, letters.size()));
        row.addAll(Collections.nCopies(count, counted));
        String shown = String.join(" ", Shuffle.of(row, random));
        List<String> others = IntStream.range(1, ROW)
                .filter(other -> other != count)
                .mapToObj(Integer::toString)
                .toList();
        return new Exercise(
                "How many times does %s appear in %s?".formatted(counted, shown),
                Integer.toString(count),
                Shuffle.sample(others, 3, random),
                counted + " in " + shown);
    }
}
