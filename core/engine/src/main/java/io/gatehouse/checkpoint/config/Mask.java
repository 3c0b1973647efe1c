package io.gatehouse.checkpoint.config;

/** Which tokens before it a token attends to. Itself is always among them. */
public sealed interface Mask {
    /** All. */
    record Causal() implements Mask {}

    /**
     * The latest ones.
     *
     * @param size how many, the token itself included
     */
    record Window(int size) implements Mask {
        public Window {
            requirePositive(size);
        }
    }

    /**
     * Those of the same chunk: positions p with floor(p / size) equal (Llama 4).
     *
     * @param size positions of a chunk
     */
    record Chunk(int size) implements Mask {
        public Chunk {
            requirePositive(size);
        }
    }

    /** How many latest positions, its own included, a token attends to at most. */
    default int window() {
        return this instanceof Window window ? window.size() : Integer.MAX_VALUE;
    }

    private static void requirePositive(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("A mask of %d positions".formatted(size));
        }
    }
}
