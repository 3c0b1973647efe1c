package io.gatehouse.engine.prefill;

import io.gatehouse.engine.prefill.MicroBatch.PromptPart;
import java.util.stream.IntStream;

/**
 * The rows of a micro-batch that leave the engine, each once for every prompt that it is part of.
 *
 * @param sources [N] row of the micro-batch
 * @param prompts [N]
 * @param positions [N]
 */
record RecordedRows(int[] sources, int[] prompts, int[] positions) {
    static final RecordedRows NONE = new RecordedRows(new int[0], new int[0], new int[0]);

    /**
     * @param prefix whether the batch is a prefix, which has no last token of a prompt
     */
    static RecordedRows of(Capture.Tokens tokens, MicroBatch batch, boolean prefix) {
        return switch (tokens) {
            case NONE -> NONE;
            case LAST -> prefix ? NONE : last(batch);
            case ALL -> all(batch);
        };
    }

    static RecordedRows all(MicroBatch batch) {
        int count = batch.parts().stream()
                .mapToInt(part -> part.length() * part.prompts().size())
                .sum();
        RecordedRows rows = new RecordedRows(new int[count], new int[count], new int[count]);
        int from = 0;
        int next = 0;
        for (PromptPart part : batch.parts()) {
            for (int prompt : part.prompts()) {
                for (int i = 0; i < part.length(); i++, next++) {
                    rows.sources[next] = from + i;
                    rows.prompts[next] = prompt;
                    rows.positions[next] = part.first() + i;
                }
            }
            from += part.length();
        }
        return rows;
    }

    /** The last token of each part, in order; parts are the ends of single prompts. */
    static RecordedRows last(MicroBatch batch) {
        return new RecordedRows(
                batch.lastRows(),
                batch.parts().stream().mapToInt(part -> part.prompts().get(0)).toArray(),
                batch.parts().stream()
                        .mapToInt(part -> part.first() + part.length() - 1)
                        .toArray());
    }

    int count() {
        return sources.length;
    }

    /** The same rows of values that are there for these rows only, and not for others of the micro-batch. */
    RecordedRows alone() {
        return new RecordedRows(IntStream.range(0, count()).toArray(), prompts, positions);
    }

    float[] floats(float[] values, int width) {
        if (isWhole(values.length, width)) {
            return values;
        }
        float[] selected = new float[count() * width];
        for (int i = 0; i < count(); i++) {
            System.arraycopy(values, sources[i] * width, selected, i * width, width);
        }
        return selected;
    }

    short[] shorts(int[] values, int width) {
        short[] selected = new short[count() * width];
        for (int i = 0; i < count(); i++) {
            for (int k = 0; k < width; k++) {
                selected[i * width + k] = (short) values[sources[i] * width + k];
            }
        }
        return selected;
    }

    private boolean isWhole(int values, int width) {
        if (values != count() * width) {
            return false;
        }
        for (int i = 0; i < count(); i++) {
            if (sources[i] != i) {
                return false;
            }
        }
        return true;
    }
}
