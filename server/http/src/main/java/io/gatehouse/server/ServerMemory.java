package io.gatehouse.server;

import com.sun.management.OperatingSystemMXBean;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.lang.management.ManagementFactory;

/**
 * How the memory of a server, that of all its processes together, is divided: {@link #heap}, {@link #database}, {@link
 * #statements}, {@link #worker} and the {@link #modelProcesses} times {@link #model} are all of it and no more. While a
 * run computes, a second worker may read the files of the next one, which is not in it.
 *
 * @param bytes what {@code serve --memory} states
 * @param models models that answer requests
 */
public record ServerMemory(long bytes, int models) {
    /** Java, DuckDB and a small model do not fit into less. */
    private static final long LEAST = 1_000_000_000;

    private static final long LEAST_HEAP = 1L << 28;

    /** Java and TensorFlow with a small model do not fit into less. */
    private static final long LEAST_MODEL = 500_000_000;

    /** The process of a model gets a quarter of it. */
    private static final long LEAST_WITH_MODELS = 4 * LEAST_MODEL;

    /** Java with a tokenizer does not fit into less. */
    private static final long LEAST_READER = 1L << 28;

    /** What a thread sorts in one step, which cannot be interrupted: docs/adr/0018 says how long that takes. */
    private static final long SORTED_BY_THREAD = 1L << 27;

    /** The memory that is not heap is divided into so many parts. */
    private static final int PARTS = 80;

    public ServerMemory {
        if (bytes < LEAST) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A server needs at least %,d bytes of memory, but --memory is %,d.".formatted(LEAST, bytes));
        }
        if (models > 0 && bytes < LEAST_WITH_MODELS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A server with --model needs at least %,d bytes of memory, a quarter of it for the process of a model, but has %,d: increase --memory."
                            .formatted(LEAST_WITH_MODELS, bytes));
        }
    }

    /** The memory of a server whose models answer no requests. */
    public ServerMemory(long bytes) {
        this(bytes, 0);
    }

    /** The default: two thirds of the memory of this machine or container. */
    public static ServerMemory standard() {
        return standard(0);
    }

    /** The same with models that answer requests. */
    public static ServerMemory standard(int models) {
        OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new ServerMemory(Math.max(LEAST, machine.getTotalMemorySize() / 3 * 2), models);
    }

    /** Memory that DuckDB accounts for: tables that are read, hash tables, sorts, results that wait. */
    public long database() {
        return parts(models == 0 ? 35 : 25);
    }

    /** The part of {@link #database()} that one sort, join or aggregate may collect before it processes it. */
    public long operator() {
        return Math.min(database() / 4, SORTED_BY_THREAD * Runtime.getRuntime().availableProcessors());
    }

    /** Memory of statements that DuckDB does not account for: texts and lists that expressions make. */
    public long statements() {
        return parts(models == 0 ? 15 : 10);
    }

    /** The Java heap of the process that has the file: the launcher asks Java for as much. */
    public long heap() {
        return Math.max(LEAST_HEAP, bytes / 5);
    }

    /** The part of {@link #heap} for values of results, which are decoded one row at a time. */
    public long results() {
        return Math.min(heap(), Runtime.getRuntime().maxMemory()) / 4;
    }

    /** The part of {@link #statements} for routing that was received and not stored yet. */
    public long receive() {
        return statements() / 4;
    }

    /** The part of {@link #statements} for writing Parquet. */
    public long parquet() {
        return statements() / 4;
    }

    /** The part of {@link #statements} for work on routing that was received. */
    public long work() {
        return statements() / 2;
    }

    /** What the process that has the file may hold. */
    public long process() {
        return heap() + database() + statements();
    }

    /** The process that reads the files of a run while another one computes: what is left for a while of {@link #statements}. */
    public long reader() {
        return Math.max(LEAST_READER, statements());
    }

    /** The process that computes a run. */
    public long worker() {
        return parts(models == 0 ? 30 : 20);
    }

    /** How many models have a process at a time. */
    public int modelProcesses() {
        return (int) Math.min(models, Math.max(1, ofModels() / LEAST_MODEL));
    }

    /** The process of each of those. */
    public long model() {
        return models == 0 ? 0 : ofModels() / modelProcesses();
    }

    private long ofModels() {
        return parts(25);
    }

    private long parts(int count) {
        return (bytes - heap()) / PARTS * count;
    }
}
