package io.gatehouse.sample.exam;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How often each question used each expert of one layer, at some of its tokens.
 *
 * @param counts {@code [questions][experts]}
 * @param subjects per question, from 0
 */
record Usage(int[][] counts, int[] subjects) {
    /** Label permutations that a chance level is averaged over. */
    private static final int PERMUTATIONS = 50;

    private static final long PERMUTATION_SEED = 1;

    int experts() {
        return counts[0].length;
    }

    /** Number of questions that used the expert. */
    int questions(int expert) {
        return (int)
                Arrays.stream(counts).filter(question -> question[expert] > 0).count();
    }

    /** Number of experts that no question used. */
    int unused() {
        return (int) IntStream.range(0, experts())
                .filter(expert -> questions(expert) == 0)
                .count();
    }

    /** The same for some questions only. */
    Usage of(int[] questions) {
        return new Usage(
                Arrays.stream(questions).mapToObj(question -> counts[question]).toArray(int[][]::new),
                Arrays.stream(questions).map(question -> subjects[question]).toArray());
    }

    /**
     * Mutual information in bits between the expert of one activation and the subject of its question:
     * {@code sum p(e,s) log2(p(e,s) / (p(e) p(s)))}.
     */
    double information() {
        return information(subjects);
    }

    /** What {@link #information} would be if subjects had no bearing: its mean when they are dealt at random. */
    double chance() {
        SplittableRandom random = new SplittableRandom(PERMUTATION_SEED);
        int[] dealt = subjects.clone();
        double sum = 0;
        for (int permutation = 0; permutation < PERMUTATIONS; permutation++) {
            for (int i = dealt.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int subject = dealt[i];
                dealt[i] = dealt[other];
                dealt[other] = subject;
            }
            sum += information(dealt);
        }
        return sum / PERMUTATIONS;
    }

    private double information(int[] labels) {
        double[][] joint = new double[Arrays.stream(labels).max().orElseThrow() + 1][experts()];
        for (int question = 0; question < counts.length; question++) {
            for (int expert = 0; expert < experts(); expert++) {
                joint[labels[question]][expert] += counts[question][expert];
            }
        }
        double[] experts = new double[experts()];
        for (double[] row : joint) {
            Arrays.setAll(experts, expert -> experts[expert] + row[expert]);
        }
        double total = Arrays.stream(experts).sum();
        double nats = 0;
        for (double[] row : joint) {
            double subject = Arrays.stream(row).sum();
            for (int expert = 0; expert < row.length; expert++) {
                if (row[expert] > 0) {
                    nats += row[expert] / total * Math.log(row[expert] * total / (subject * experts[expert]));
                }
            }
        }
        return nats / Math.log(2);
    }
}
