package io.gatehouse.sample.quiz;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** {@code Which of these numbers is the largest?} Numbers from 10 to 199; the instance is the set of four. */
record LargestNumber() implements Topic {
    @Override
    public String name() {
        return "largest_number";
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
        List<String> sorted = Arrays.stream(NumberChoices.different(10, 199, random))
                .sorted()
                .mapToObj(Integer::toString)
                .toList();
        return new Exercise(
                "Which of these numbers is the largest?",
                sorted.get(3),
                sorted.subList(0, 3),
                String.join(" ", sorted));
    }
}
