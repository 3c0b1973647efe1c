package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.Rope;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Cosine and sine of the rotary angles, computed once for each embedding and position where they do not depend on
 * the length of the text. Angles are products in fp32, as in
 * Hugging Face's code: at position 4000 the difference to exact ones is larger than that between engines.
 */
public final class RotaryTable {
    /** [positions][rotated entries / 2]. */
    private record Rows(float[][] cosine, float[][] sine) {}

    /**
     * How pairs turn in texts of one length.
     *
     * @param frequencies angle from one position to the next
     * @param factor of cosine and sine
     */
    private record Turns(int length, float[] frequencies, float factor) {
        /** Angles of a position into {@code cosine} and {@code sine} from {@code offset} on. */
        void fill(int position, float[] cosine, float[] sine, int offset) {
            for (int i = 0; i < frequencies.length; i++) {
                float angle = position * frequencies[i];
                cosine[offset + i] = (float) Math.cos(angle) * factor;
                sine[offset + i] = (float) Math.sin(angle) * factor;
            }
        }
    }

    private final Map<Rope, Rows> tables = new HashMap<>();
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
        Turns turns = turns(rope, lengths[0]);
        for (int row = 0; row < positions.length; row++) {
            if (rope.dependsOn(lengths[row])) {
                turns = turns.length() == lengths[row] ? turns : turns(rope, lengths[row]);
                turns.fill(positions[row], cosine, sine, row * half);
            } else {
                Rows rows = rows(rope, lengths[row], positions[row]);
                System.arraycopy(rows.cosine()[positions[row]], 0, cosine, row * half, half);
                System.arraycopy(rows.sine()[positions[row]], 0, sine, row * half, half);
            }
        }
        Shape shape = Shape.of(positions.length, half);
        return new Angles(tensor(shape, cosine), tensor(shape, sine));
    }

    /** The table, which grows, of texts that are so short that the angles do not depend on their length. */
    private Rows rows(Rope rope, int length, int position) {
        Rows known = tables.get(rope);
        if (known == null || known.cosine().length <= position) {
            known = compute(turns(rope, length), Math.max(256, Integer.highestOneBit(position) * 2));
            tables.put(rope, known);
        }
        return known;
    }

    private static Rows compute(Turns turns, int positions) {
        int half = turns.frequencies().length;
        Rows rows = new Rows(new float[positions][half], new float[positions][half]);
        for (int position = 0; position < positions; position++) {
            turns.fill(position, rows.cosine()[position], rows.sine()[position], 0);
        }
        return rows;
    }

    private Turns turns(Rope rope, int length) {
        double[] plain = rope.frequencies(length);
        float[] frequencies = new float[plain.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = rope.learned() ? (float) plain[i] * (float) Math.exp(exponents[i]) : (float) plain[i];
        }
        return new Turns(length, frequencies, (float) rope.attentionFactor(length));
    }

    private static TFloat32 tensor(Shape shape, float[] values) {
        return TFloat32.tensorOf(
                shape, target -> target.asRawTensor().data().asFloats().write(values));
    }
}
