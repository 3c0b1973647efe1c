package io.gatehouse.store.transfer;

import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.TokenValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One layer and phase of several sequences, of which the same figures are known: it becomes one block of columns. */
final class TracedBlock {
    private final Kind kind;
    private final List<Part> parts = new ArrayList<>();
    private int rows;

    /** What the layers of a block have in common. */
    record Kind(
            int layer,
            boolean generated,
            int topK,
            int gateWidth,
            boolean ranked,
            boolean weighed,
            boolean scored,
            boolean entropyKnown) {
        static Kind of(TracedLayer layer, boolean generated) {
            return new Kind(
                    layer.layer(),
                    generated,
                    layer.topK(),
                    layer.gateWidth(),
                    layer.ranked(),
                    layer.weights().length > 0,
                    layer.scores().length > 0,
                    layer.gateWidth() > 0 || layer.entropies().length > 0);
        }

        boolean gated() {
            return gateWidth > 0;
        }
    }

    /** The tokens {@code [from, to)} of the layer of a question whose prompt has {@code length} tokens. */
    private record Part(int questionId, int length, TracedLayer layer, int from, int to) {
        int tokens() {
            return to - from;
        }
    }

    TracedBlock(Kind kind) {
        this.kind = kind;
    }

    /** Adds the tokens {@code [from, to)} of the layer of a question whose prompt has {@code length} tokens. */
    void add(int questionId, int length, TracedLayer layer, int from, int to) {
        parts.add(new Part(questionId, length, layer, from, to));
        rows += to - from;
    }

    RoutingColumns routing() {
        int topK = kind.topK();
        RoutingColumns columns = new RoutingColumns(
                kind.layer(),
                topK,
                new int[rows],
                new int[rows],
                new boolean[rows],
                kind.generated(),
                kind.ranked(),
                new short[rows * topK],
                List.of(),
                new float[kind.weighed() ? rows * topK : 0],
                new float[kind.scored() ? rows * topK : 0],
                new float[kind.entropyKnown() ? rows : 0],
                new float[kind.weighed() ? rows : 0],
                new float[kind.gated() && kind.weighed() ? rows : 0],
                new float[kind.gated() ? rows : 0]);
        boolean[] chosen = new boolean[kind.gateWidth()];
        int from = 0;
        for (Part part : parts) {
            TracedLayer layer = part.layer();
            copyTokens(part, columns, from);
            for (int token = part.from(); token < part.to(); token++, from++) {
                if (kind.weighed()) {
                    columns.topKEntropy()[from] = topKEntropy(layer.weights(), token * topK, topK);
                }
                if (kind.gated()) {
                    setGateFigures(layer, token, chosen, columns, from);
                }
            }
        }
        return columns;
    }

    private void copyTokens(Part part, RoutingColumns columns, int from) {
        TracedLayer layer = part.layer();
        int to = from + part.tokens();
        Arrays.fill(columns.questionIds(), from, to, part.questionId());
        System.arraycopy(layer.positions(), part.from(), columns.positions(), from, part.tokens());
        if (layer.entropies().length > 0) {
            System.arraycopy(layer.entropies(), part.from(), columns.entropy(), from, part.tokens());
        }
        for (int row = from; row < to; row++) {
            columns.last()[row] = columns.positions()[row] == part.length() - 1;
        }
        int first = from * kind.topK();
        int source = part.from() * kind.topK();
        int count = part.tokens() * kind.topK();
        for (int i = 0; i < count; i++) {
            columns.experts()[first + i] = (short) layer.experts()[source + i];
        }
        if (kind.weighed()) {
            System.arraycopy(layer.weights(), source, columns.weights(), first, count);
        }
        if (kind.scored()) {
            System.arraycopy(layer.scores(), source, columns.scores(), first, count);
        }
    }

    /** Returns the whole gates, shape [rows, gate width]. */
    TokenValues gates() {
        int width = kind.gateWidth();
        TokenValues gates = new TokenValues(kind.layer(), width, new int[rows], new int[rows], new float[rows * width]);
        int from = 0;
        for (Part part : parts) {
            TracedLayer layer = part.layer();
            Arrays.fill(gates.questionIds(), from, from + part.tokens(), part.questionId());
            System.arraycopy(layer.positions(), part.from(), gates.positions(), from, part.tokens());
            System.arraycopy(
                    layer.probabilities(), part.from() * width, gates.values(), from * width, part.tokens() * width);
            from += part.tokens();
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
