package io.gatehouse.store.transfer;

import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One layer of several sequences, of which the same figures are known: it becomes one block of columns. */
final class TracedBlock {
    private final Kind kind;
    private final List<Part> parts = new ArrayList<>();
    private int rows;

    /** What the layers of a block have in common. */
    record Kind(int layer, int topK, int gateWidth, boolean ranked, boolean weighed) {
        static Kind of(TracedLayer layer) {
            return new Kind(layer.layer(), layer.topK(), layer.gateWidth(), layer.ranked(), layer.weights().length > 0);
        }

        boolean gated() {
            return gateWidth > 0;
        }
    }

    /** The layer of a question whose prompt has {@code length} tokens. */
    private record Part(int questionId, int length, TracedLayer layer) {}

    TracedBlock(Kind kind) {
        this.kind = kind;
    }

    void add(int questionId, int length, TracedLayer layer) {
        parts.add(new Part(questionId, length, layer));
        rows += layer.tokens();
    }

    RoutingColumns routing() {
        int topK = kind.topK();
        RoutingColumns columns = new RoutingColumns(
                kind.layer(),
                topK,
                new int[rows],
                new int[rows],
                new boolean[rows],
                kind.ranked(),
                new short[rows * topK],
                new float[kind.weighed() ? rows * topK : 0],
                new float[kind.gated() ? rows : 0],
                new float[kind.weighed() ? rows : 0],
                new float[kind.gated() && kind.weighed() ? rows : 0],
                new float[kind.gated() ? rows : 0]);
        boolean[] chosen = new boolean[kind.gateWidth()];
        int from = 0;
        for (Part part : parts) {
            TracedLayer layer = part.layer();
            copyTokens(part, columns, from);
            for (int row = 0; row < layer.tokens(); row++) {
                if (kind.weighed()) {
                    columns.topKEntropy()[from + row] = topKEntropy(layer.weights(), row * topK, topK);
                }
                if (kind.gated()) {
                    setGateFigures(layer, row, chosen, columns, from + row);
                }
            }
            from += layer.tokens();
        }
        return columns;
    }

    private void copyTokens(Part part, RoutingColumns columns, int from) {
        TracedLayer layer = part.layer();
        int to = from + layer.tokens();
        Arrays.fill(columns.questionIds(), from, to, part.questionId());
        System.arraycopy(layer.positions(), 0, columns.positions(), from, layer.tokens());
        for (int row = from; row < to; row++) {
            columns.last()[row] = columns.positions()[row] == part.length() - 1;
        }
        int first = from * kind.topK();
        for (int i = 0; i < layer.experts().length; i++) {
            columns.experts()[first + i] = (short) layer.experts()[i];
        }
        System.arraycopy(layer.weights(), 0, columns.weights(), kind.weighed() ? first : 0, layer.weights().length);
    }

    /** Returns the whole gates, shape [rows, gate width]. */
    TokenValues gates() {
        int width = kind.gateWidth();
        TokenValues gates = new TokenValues(kind.layer(), width, new int[rows], new int[rows], new float[rows * width]);
        int from = 0;
        for (Part part : parts) {
            TracedLayer layer = part.layer();
            Arrays.fill(gates.questionIds(), from, from + layer.tokens(), part.questionId());
            System.arraycopy(layer.positions(), 0, gates.positions(), from, layer.tokens());
            System.arraycopy(layer.probabilities(), 0, gates.values(), from * width, layer.probabilities().length);
            from += layer.tokens();
        }
        return gates;
    }

    /** The entropy of weights w that are divided by their sum S, in nats: ln S - sum(w ln w) / S. */
    private static float topKEntropy(float[] weights, int from, int topK) {
        double sum = 0;
        double logs = 0;
        for (int i = from; i < from + topK; i++) {
            sum += weights[i];
            logs += weights[i] > 0 ? weights[i] * Math.log(weights[i]) : 0;
        }
        return sum > 0 ? (float) Math.max(0, Math.log(sum) - logs / sum) : 0;
    }

    /**
     * Sets the entropy of the gate in nats, -sum p ln p; the mass, which is the probability of the chosen experts together;
     * and the margin, which is the probability of the least probable chosen expert minus that of the most probable other one.
     *
     * @param chosen false for every expert, here and afterwards
     */
    private void setGateFigures(TracedLayer layer, int row, boolean[] chosen, RoutingColumns columns, int target) {
        int topK = kind.topK();
        for (int i = row * topK; i < (row + 1) * topK; i++) {
            chosen[layer.experts()[i]] = true;
        }
        double entropy = 0;
        float mass = 0;
        float least = Float.MAX_VALUE;
        float next = 0;
        for (int expert = 0; expert < chosen.length; expert++) {
            float probability = layer.probabilities()[row * chosen.length + expert];
            entropy -= probability > 0 ? probability * Math.log(probability) : 0;
            if (chosen[expert]) {
                mass += probability;
                least = Math.min(least, probability);
                chosen[expert] = false;
            } else {
                next = Math.max(next, probability);
            }
        }
        columns.entropy()[target] = (float) entropy;
        columns.margin()[target] = Math.max(0, least - next);
        if (kind.weighed()) {
            columns.mass()[target] = mass;
        }
    }
}
