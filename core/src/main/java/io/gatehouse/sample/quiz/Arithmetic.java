package io.gatehouse.sample.quiz;

import java.util.random.RandomGenerator;

/** {@code What is 34 plus 48?} and {@code What is 82 minus 34?} Operands are at most 99. */
record Arithmetic(Operation operation) implements Topic {
    private static final int LARGEST = 99;

    enum Operation {
        ADDITION("addition", "plus"),
        SUBTRACTION("subtraction", "minus");

        private final String subject;
        private final String word;

        Operation(String subject, String word) {
            this.subject = subject;
            this.word = word;
        }
    }

    @Override
    public String name() {
        return operation.subject;
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
        int a = random.nextInt(1, LARGEST + 1);
        int b = random.nextInt(1, LARGEST + 1);
        int larger = Math.max(a, b);
        int smaller = Math.min(a, b);
        // The key sorts the operands: 34 plus 48 is the same instance as 48 plus 34.
        String key = larger + " " + smaller;
        return switch (operation) {
            case ADDITION -> exercise(a, b, a + b, key, random);
            case SUBTRACTION -> exercise(larger, smaller, larger - smaller, key, random);
        };
    }

    private Exercise exercise(int a, int b, int result, String key, RandomGenerator random) {
        String question = "What is %d %s %d?".formatted(a, operation.word, b);
        return new Exercise(question, Integer.toString(result), NumberChoices.near(result, random), key);
    }
}
