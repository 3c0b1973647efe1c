package io.gatehouse.sample.quiz;

import io.gatehouse.sample.quiz.Lexicon.Pair;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Names one half of a pair and asks for the other. Wrong choices are halves of other pairs on the side of the right
 * one, so that nothing but the fact tells them apart.
 *
 * @param question with one {@code %s} for the half that is named
 */
record Pairing(String name, Words words, String question, List<Pair> pairs, Asked asked) implements Topic {
    /** Which half is the answer. */
    enum Asked {
        LEFT,
        RIGHT,
        EITHER
    }

    Pairing {
        pairs = List.copyOf(pairs);
    }

    @Override
    public Knowledge knowledge() {
        return Knowledge.RECALL;
    }

    @Override
    public Exercise draw(RandomGenerator random) {
        boolean left = switch (asked) {
            case LEFT -> true;
            case RIGHT -> false;
            case EITHER -> random.nextBoolean();
        };
        List<Pair> drawn = Shuffle.sample(pairs, 4, random);
        Pair fact = drawn.get(0);
        String named = left ? fact.right() : fact.left();
        List<String> choices =
                drawn.stream().map(pair -> left ? pair.left() : pair.right()).toList();
        return new Exercise(
                question.formatted(named),
                choices.get(0),
                choices.subList(1, 4),
                named + ": " + String.join(" ", new TreeSet<>(choices)));
    }
}
