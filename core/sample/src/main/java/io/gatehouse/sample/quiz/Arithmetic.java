package io.gatehouse.sample.quiz;

import static io.gatehouse.sample.quiz.NumberChoices.LARGEST;
import static io.gatehouse.sample.quiz.NumberChoices.SMALLEST;

import java.util.random.RandomGenerator;

/** {@code What is 34 plus 48?} and {@code What is 82 minus 34?} Operands and results have two digits. */
record Arithmetic(Operation operation) implements Topic {
    /** Far enough that an estimate often does. */
    private static final int DISTANCE = 40;

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
    public boolean isAdvanced() {
        return true;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        return switch (operation) {
            case ADDITION -> {
                int a = random.nextInt(SMALLEST, LARGEST - SMALLEST + 1);
                int b = random.nextInt(SMALLEST, LARGEST - a + 1);
                // The key sorts the operands: 34 plus 48 is the same instance as 48 plus 34.
                yield exercise(a, b, a + b, Math.min(a, b) + " " + Math.max(a, b), random);
            }
            case SUBTRACTION -> {
                int a = random.nextInt(2 * SMALLEST, LARGEST + 1);
                int b = random.nextInt(SMALLEST, a - SMALLEST + 1);
                yield exercise(a, b, a - b, a + " " + b, random);
            }
        };
    }

    private Exercise exercise(int a, int b, int result, String key, RandomGenerator random) {
        String question = "What is %d %s %d?".formatted(a, operation.word, b);
        return new Exercise(question, Integer.toString(result), NumberChoices.around(result, DISTANCE, random), key);
    }
}
