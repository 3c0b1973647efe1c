package io.gatehouse.sample.quiz;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** {@code Which of these numbers is odd?} or {@code even?} Numbers from 10 to 199; the instance is the set of four. */
record Parity() implements Topic {
    @Override
    public String name() {
        return "parity";
    }

    @Override
    public Knowledge knowledge() {
        return Knowledge.RULE;
    }

    @Override
    public Words words() {
        return Words.NUMBERS;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        int asked = random.nextInt(2);
        // Four different halves, so that three doubled and one doubled with the other parity stay different.
        int[] halves = NumberChoices.different(5, 98, random);
        int right = 2 * halves[0] + asked;
        List<String> wrong = Arrays.stream(halves)
                .skip(1)
                .sorted()
                .mapToObj(half -> Integer.toString(2 * half + 1 - asked))
                .toList();
        String question = "Which of these numbers is %s?".formatted(asked == 0 ? "even" : "odd");
        return new Exercise(question, Integer.toString(right), wrong, right + " " + String.join(" ", wrong));
    }
}
