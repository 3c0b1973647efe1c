package io.gatehouse.sql.calibration;

import static java.util.Objects.requireNonNull;

import io.gatehouse.memory.FileMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Chooses questions, one after another, each the one that brings experts nearest to a minimum of tokens: the greedy algorithm
 * for covering problems, whose set is at most a logarithm of the sizes larger than the smallest (Wolsey 1982,
 * Combinatorica 2(4)).
 */
public final class QuestionCover {
    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingLong(Candidate::gain).reversed().thenComparingInt(Candidate::place);

    private final int minimum;
    private final FileMemory memory;
    private final List<Question> questions = new ArrayList<>();
    private long[] totals = new long[0];

    /** Which experts a question uses, and how often each. */
    private record Question(int id, int[] experts, int[] tokens) {}

    /** A question by its place in the list, and what it gained when that was counted last. */
    private record Candidate(long gain, int place) {}

    /**
     * A question that is chosen.
     *
     * @param gain how many tokens it adds to experts that lack them, no more to each than it lacks
     */
    public record Choice(int question, long gain) {}

    /**
     * @param minimum how many tokens an expert should have
     * @param memory what the uses of all questions may take
     */
    public QuestionCover(int minimum, FileMemory memory) {
        this.minimum = minimum;
        this.memory = requireNonNull(memory, "memory is null");
    }

    /**
     * Adds a question.
     *
     * @param experts numbers of the experts that it uses, each once
     * @param tokens how many of its tokens use each
     */
    public void add(int id, int[] experts, int[] tokens) {
        memory.take((long) experts.length * 2 * Integer.BYTES);
        questions.add(new Question(id, experts, tokens));
        for (int i = 0; i < experts.length; i++) {
            if (experts[i] >= totals.length) {
                totals = Arrays.copyOf(totals, Math.max(experts[i] + 1, 2 * totals.length));
            }
            totals[experts[i]] += tokens[i];
        }
    }

    /**
     * Chooses until every expert has the minimum that has it in all questions. Of equal questions, the one that was added first
     * is chosen.
     *
     * @param check is called again and again, and throws to give up
     */
    public List<Choice> choose(Runnable check) {
        // An expert that never gets the minimum lacks nothing.
        int[] lacking = Arrays.stream(totals)
                .mapToInt(total -> total >= minimum ? minimum : 0)
                .toArray();
        PriorityQueue<Candidate> candidates = new PriorityQueue<>(BEST_FIRST);
        for (int place = 0; place < questions.size(); place++) {
            candidates.add(new Candidate(gain(questions.get(place), lacking), place));
        }
        List<Choice> choices = new ArrayList<>();
        while (!candidates.isEmpty()) {
            check.run();
            Candidate best = candidates.remove();
            // A gain only falls while others are chosen: the best one is still the best if it has not fallen below the
            // next.
            Candidate now = new Candidate(gain(questions.get(best.place()), lacking), best.place());
            if (now.gain() == 0) {
                continue;
            }
            if (!candidates.isEmpty() && BEST_FIRST.compare(now, candidates.element()) > 0) {
                candidates.add(now);
                continue;
            }
            choices.add(new Choice(questions.get(now.place()).id(), now.gain()));
            take(questions.get(now.place()), lacking);
        }
        return choices;
    }

    private static long gain(Question question, int[] lacking) {
        long gain = 0;
        for (int i = 0; i < question.experts().length; i++) {
            gain += Math.min(question.tokens()[i], lacking[question.experts()[i]]);
        }
        return gain;
    }

    private static void take(Question question, int[] lacking) {
        for (int i = 0; i < question.experts().length; i++) {
            int expert = question.experts()[i];
            lacking[expert] -= Math.min(question.tokens()[i], lacking[expert]);
        }
    }
}
