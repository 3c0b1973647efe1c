package io.gatehouse.sql.prediction;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/** What is known of one layer: what was learned, the decision before, and how predictions did. */
final class LayerPredictions {
    private final int experts;
    private final int[] uses;

    /** By distance, less one: how often expert j was used here where i was used there, at i * experts + j. */
    private final int[][] followers;

    /** By distance, less one: in how many decisions of this layer i was used there. */
    private final int[][] leaders;

    private final int[] hotPlaces;
    private final float[] scores;
    private final Map<Predictor, PlaceCounts> counts = new EnumMap<>(Predictor.class);

    private int question;
    private int position;
    private int[] before = new int[0];

    /** The longest prediction of {@link Predictor#PREVIOUS}. */
    private int widest;

    LayerPredictions(int experts, int distances) {
        this.experts = experts;
        this.uses = new int[experts];
        this.followers = new int[distances][experts * experts];
        this.leaders = new int[distances][experts];
        this.hotPlaces = new int[experts];
        this.scores = new float[experts];
        for (Predictor predictor : Predictor.values()) {
            counts.put(predictor, new PlaceCounts(experts));
        }
    }

    /** Bytes of a layer, nearly all of them for pairs of experts. */
    static long bytes(int experts, int distances) {
        return (long) experts * experts * distances * Integer.BYTES;
    }

    void learn(int[] chosen, int count, int[][] above) {
        for (int i = 0; i < count; i++) {
            uses[chosen[i]]++;
        }
        for (int distance = 0; distance < above.length; distance++) {
            for (int leader : above[distance]) {
                leaders[distance][leader]++;
                for (int i = 0; i < count; i++) {
                    followers[distance][leader * experts + chosen[i]]++;
                }
            }
        }
    }

    /** Ends learning. */
    void endLearning() {
        int[] byUses = IntStream.range(0, experts)
                .boxed()
                .sorted((a, b) -> Integer.compare(uses[b], uses[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int place = 0; place < experts; place++) {
            hotPlaces[byUses[place]] = place;
        }
    }

    /**
     * Counts at which places the experts of a decision stand in each prediction.
     *
     * @param above the experts of the same token in the MoE layers before, the nearest first
     */
    void score(int atQuestion, int atPosition, int[] chosen, int count, int[][] above) {
        PlaceCounts hot = counts(Predictor.HOT);
        hot.addDecision(count);
        for (int i = 0; i < count; i++) {
            hot.addHit(hotPlaces[chosen[i]]);
        }
        for (int distance = 0; distance < above.length; distance++) {
            expect(distance, above[distance]);
            PlaceCounts coupled = counts(distance == 0 ? Predictor.COUPLED_1 : Predictor.COUPLED_2);
            coupled.addDecision(count);
            for (int i = 0; i < count; i++) {
                coupled.addHit(place(chosen[i]));
            }
        }
        if (question == atQuestion && position + 1 == atPosition && before.length > 0) {
            PlaceCounts previous = counts(Predictor.PREVIOUS);
            previous.addDecision(count);
            widest = Math.max(widest, before.length);
            for (int place = 0; place < before.length; place++) {
                if (holds(chosen, count, before[place])) {
                    previous.addHit(place);
                }
            }
        }
        question = atQuestion;
        position = atPosition;
        if (before.length != count) {
            before = new int[count];
        }
        System.arraycopy(chosen, 0, before, 0, count);
    }

    /**
     * The score of an expert j is the sum, over the experts i above, of P(j here | i there) = decisions with both / decisions
     * with i there.
     */
    private void expect(int distance, int[] leading) {
        int[] pairs = followers[distance];
        Arrays.fill(scores, 0);
        for (int leader : leading) {
            int row = leader * experts;
            float decisions = Math.max(1, leaders[distance][leader]);
            for (int expert = 0; expert < experts; expert++) {
                scores[expert] += pairs[row + expert] / decisions;
            }
        }
    }

    /** How many experts are expected before this one; of equal scores the lower number is. */
    private int place(int expert) {
        float score = scores[expert];
        int place = 0;
        for (int other = 0; other < expert; other++) {
            place += scores[other] >= score ? 1 : 0;
        }
        for (int other = expert + 1; other < experts; other++) {
            place += scores[other] > score ? 1 : 0;
        }
        return place;
    }

    private static boolean holds(int[] chosen, int count, int expert) {
        for (int i = 0; i < count; i++) {
            if (chosen[i] == expert) {
                return true;
            }
        }
        return false;
    }

    PlaceCounts counts(Predictor predictor) {
        return requireNonNull(counts.get(predictor), "each predictor has counts");
    }

    /** How many experts a predictor can name. */
    int most(Predictor predictor) {
        return predictor == Predictor.PREVIOUS ? widest : experts;
    }
}
