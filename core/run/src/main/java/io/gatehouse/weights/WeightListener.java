package io.gatehouse.weights;

/** Told how far the reading of a checkpoint's weights is. */
public interface WeightListener {
    /** A listener that does not care. */
    WeightListener SILENT = (layers, of) -> {};

    /** So many layers with experts are read. */
    void progress(int layers, int of);
}
