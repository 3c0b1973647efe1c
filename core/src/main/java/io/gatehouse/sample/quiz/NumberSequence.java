package io.gatehouse.sample.quiz;

import java.util.random.RandomGenerator;

/** {@code Which number comes next: 12, 15, 18, 21?} The instance is the first number and the step, up or down. */
record NumberSequence() implements Topic {
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
    public Exercise draw(RandomGenerator random) {
        int step = random.nextInt(2, 13) * (random.nextBoolean() ? 1 : -1);
        int start = step > 0 ? random.nextInt(1, 100) : random.nextInt(-4 * step, 151);
        String question = "Which number comes next: %d, %d, %d, %d?"
                .formatted(start, start + step, start + 2 * step, start + 3 * step);
        int next = start + 4 * step;
        return new Exercise(question, Integer.toString(next), NumberChoices.near(next, random), start + " " + step);
    }
}
