package io.gatehouse.sample.exam;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.sample.exam.ExamReport.ExpertAccuracy;
import io.gatehouse.sample.exam.ExamReport.LayerRouting;
import io.gatehouse.sample.exam.ExamReport.Telling;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Counts, per layer, which experts each prompt used: at its last token, and at all its tokens. */
final class RoutingCensus {
    /** Fewer questions say too little about an expert's accuracy. */
    private static final int FEWEST_QUESTIONS = 30;

    private final int[] lastPositions;
    private final int[] subjects;
    private final List<Usage> atLast = new ArrayList<>();
    private final List<Usage> anywhere = new ArrayList<>();

    /**
     * A census of some prompts.
     *
     * @param subjects of each prompt, from 0
     */
    RoutingCensus(List<int[]> prompts, int[] subjects, List<FeedForward> layers) {
        this.lastPositions =
                prompts.stream().mapToInt(prompt -> prompt.length - 1).toArray();
        this.subjects = subjects;
        for (FeedForward layer : layers) {
            int experts = layer instanceof FeedForward.Sparse sparse ? sparse.experts() : 0;
            atLast.add(new Usage(new int[subjects.length][experts], subjects));
            anywhere.add(new Usage(new int[subjects.length][experts], subjects));
        }
    }

    void count(RoutingBatch batch) {
        int[][] last = atLast.get(batch.layer()).counts();
        int[][] all = anywhere.get(batch.layer()).counts();
        for (int row = 0; row < batch.tokens(); row++) {
            int prompt = batch.prompts()[row];
            for (int rank = 0; rank < batch.topK(); rank++) {
                int expert = batch.experts()[row * batch.topK() + rank];
                all[prompt][expert]++;
                if (batch.positions()[row] == lastPositions[prompt]) {
                    last[prompt][expert]++;
                }
            }
        }
    }

    /** How many prompts of a subject are marked. */
    int count(int subject, boolean[] marked) {
        return (int) IntStream.range(0, marked.length)
                .filter(i -> marked[i] && subjects[i] == subject)
                .count();
    }

    /**
     * Sums the census up.
     *
     * @param right per prompt, whether it was answered correctly
     */
    List<LayerRouting> layers(boolean[] right, Curriculum curriculum) {
        return IntStream.range(0, atLast.size())
                .mapToObj(layer -> new LayerRouting(
                        layer,
                        atLast.get(layer).unused(),
                        anywhere.get(layer).unused(),
                        telling(atLast.get(layer), curriculum),
                        telling(anywhere.get(layer), curriculum),
                        accuracies(atLast.get(layer), right)))
                .toList();
    }

    /** Among subjects of the same words: the mean over the kinds of words, each weighted with its questions. */
    private Telling telling(Usage usage, Curriculum curriculum) {
        double among = 0;
        double chance = 0;
        for (Words words : Words.values()) {
            int[] questions = IntStream.range(0, subjects.length)
                    .filter(question -> curriculum.words(subjects[question]) == words)
                    .toArray();
            Usage part = usage.of(questions);
            double share = (double) questions.length / subjects.length;
            among += share * part.information();
            chance += share * part.chance();
        }
        return new Telling(usage.information(), usage.chance(), among, chance);
    }

    private static List<ExpertAccuracy> accuracies(Usage usage, boolean[] right) {
        return IntStream.range(0, usage.experts())
                .mapToObj(expert -> accuracy(usage, expert, right))
                .filter(accuracy -> accuracy.questions() >= FEWEST_QUESTIONS)
                .sorted(Comparator.comparingDouble(ExpertAccuracy::accuracy))
                .toList();
    }

    private static ExpertAccuracy accuracy(Usage usage, int expert, boolean[] right) {
        long answered = IntStream.range(0, right.length)
                .filter(question -> right[question] && usage.counts()[question][expert] > 0)
                .count();
        int questions = usage.questions(expert);
        return new ExpertAccuracy(expert, questions, questions == 0 ? 0 : (double) answered / questions);
    }
}
