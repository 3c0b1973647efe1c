package io.gatehouse.memory;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;

/**
 * The memory that what is read from one source may take: a share of the heap. Whoever reads says what it takes before it
 * takes it, so that a source which is too large ends with an error and not with the process. A reader that never
 * releases what it took bounds its work, too.
 */
public final class FileMemory {
    /** Of the heap; the rest is for what is made of it. */
    private static final int SHARE = 4;

    private final Object source;
    private final long limit;
    private long taken;

    private FileMemory(Object source, long limit) {
        this.source = requireNonNull(source, "source is null");
        this.limit = limit;
    }

    /** What a source may take of this process's heap; its name is for errors. */
    public static FileMemory of(Object source) {
        return new FileMemory(source, Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** A limit in bytes of its own. */
    public static FileMemory of(Object source, long limit) {
        return new FileMemory(source, limit);
    }

    /** What may be taken of one thing in a source, of which others are held at the same time. */
    public static int least(long most, int share) {
        return (int) Math.min(most, Runtime.getRuntime().maxMemory() / share);
    }

    /**
     * Counts some bytes.
     *
     * @throws GatehouseException OUT_OF_MEMORY if there would be too many
     */
    public void take(long bytes) {
        if (bytes > limit - taken) {
            throw new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "%s takes more than %,d MB of memory, which is what this process may use for it. Start it with a larger heap, as GATEHOUSE_JAVA_OPTIONS=-Xmx8g does"
                            .formatted(source, limit >> 20));
        }
        taken += bytes;
    }

    /** Whether so many bytes can be taken. */
    public boolean hasRoom(long bytes) {
        return bytes <= limit - taken;
    }

    /** Counts bytes that are no longer held. */
    public void release(long bytes) {
        taken -= bytes;
    }
}
