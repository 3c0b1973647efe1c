package io.gatehouse.sample.quiz;

import static io.gatehouse.sample.quiz.NumberChoices.LARGEST;
import static io.gatehouse.sample.quiz.NumberChoices.SMALLEST;

import java.util.random.RandomGenerator;

/**
 * {@code Which number comes next: 12, 15, 18, 21?} Numbers have two digits; the instance is the first one and the step, up
 * or down.
 */
record NumberSequence() implements Topic {
    private static final int DISTANCE = 20;

    @Override
    public String name() {
        return "number_sequences";
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
    public boolean isAdvanced() {
        return true;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        int step = random.nextInt(2, 13);
        int lowest = random.nextInt(SMALLEST, LARGEST - 4 * step + 1);
        boolean up = random.nextBoolean();
        return up ? exercise(lowest, step, random) : exercise(lowest + 4 * step, -step, random);
    }

    private static Exercise exercise(int start, int step, RandomGenerator random) {
        String question = "Which number comes next: %d, %d, %d, %d?"
                .formatted(start, start + step, start + 2 * step, start + 3 * step);
        int next = start + 4 * step;
        return new Exercise(
                question, Integer.toString(next), NumberChoices.around(next, DISTANCE, random), start + " " + step);
    }
}
