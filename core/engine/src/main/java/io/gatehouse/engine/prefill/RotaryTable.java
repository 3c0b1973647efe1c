package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.Rope;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Cosine and sine of the rotary angles, computed once for each embedding and position. Angles are products in fp32, as in
 * Hugging Face's code: at position 4000 the difference to exact ones is larger than that between engines.
 */
public final class RotaryTable {
    /** [length][rotated entries / 2] for texts of one kind. */
    private record Rows(float[][] cosine, float[][] sine) {}

    private final Map<Rope, Map<Integer, Rows>> byLength = new HashMap<>();
    private final float[] exponents;

    /** @param exponents of which a learned embedding has one for each pair; none where none is learned */
    public RotaryTable(float[] exponents) {
        this.exponents = exponents.clone();
    }

    /** Cosine and sine of the angles of a micro-batch, [T, rotated entries / 2] each. */
    record Angles(TFloat32 cosine, TFloat32 sine) implements AutoCloseable {
        @Override
        public void close() {
            cosine.close();
            sine.close();
        }
    }

    /**
     * Returns the angles of a micro-batch.
     *
     * @param positions [T]
     * @param lengths [T] tokens of the text that each token stands in
     * @return [T, rotated entries / 2] each
     */
    Angles angles(Rope rope, int[] positions, int[] lengths) {
        int half = rope.dims() / 2;
        float[] cosine = new float[positions.length * half];
        float[] sine = new float[positions.length * half];
        for (int row = 0; row < positions.length; row++) {
            Rows rows = rows(rope, lengths[row], positions[row]);
            System.arraycopy(rows.cosine()[positions[row]], 0, cosine, row * half, half);
            System.arraycopy(rows.sine()[positions[row]], 0, sine, row * half, half);
        }
        Shape shape = Shape.of(positions.length, half);
        return new Angles(tensor(shape, cosine), tensor(shape, sine));
    }

    /** Only some scalings look at the length, and only at that of a long text; all others share one table, which grows. */
    private Rows rows(Rope rope, int length, int position) {
        Map<Integer, Rows> tables = byLength.computeIfAbsent(rope, absent -> new HashMap<>());
        boolean longText = rope.dependsOn(length);
        int key = longText ? length : 0;
        Rows known = tables.get(key);
        if (known == null || known.cosine().length <= position) {
            tables.keySet().removeIf(other -> other != 0);
            known = compute(rope, length, longText ? length : Math.max(256, Integer.highestOneBit(position) * 2));
            tables.put(key, known);
        }
        return known;
    }

    private Rows compute(Rope rope, int length, int positions) {
        double[] frequencies = rope.frequencies(length);
        float factor = (float) rope.attentionFactor(length);
        float[][] cosine = new float[positions][frequencies.length];
        float[][] sine = new float[positions][frequencies.length];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < frequencies.length; i++) {
                float angle = position * frequency(rope, frequencies[i], i);
                cosine[position][i] = (float) Math.cos(angle) * factor;
                sine[position][i] = (float) Math.sin(angle) * factor;
            }
        }
        return new Rows(cosine, sine);
    }

    private float frequency(Rope rope, double frequency, int pair) {
        return rope.learned() ? (float) frequency * (float) Math.exp(exponents[pair]) : (float) frequency;
    }

    private static TFloat32 tensor(Shape shape, float[] values) {
        return TFloat32.tensorOf(
                shape, target -> target.asRawTensor().data().asFloats().write(values));
    }
}
