package io.gatehouse.sample.random;

/** Watches a checkpoint being written, on the thread that writes it. */
public interface WritingListener {
    /** A file of weights is complete. */
    void written(String file, long bytes);

    /** Whether to stop; asked every few megabytes. */
    boolean cancelled();
}
