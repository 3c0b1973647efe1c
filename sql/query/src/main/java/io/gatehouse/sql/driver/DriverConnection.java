package io.gatehouse.sql.driver;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;
import org.duckdb.QueryProgress;

/**
 * A connection of DuckDB's driver that can be interrupted while rows are read from it. The driver's own cancel() waits
 * for a lock that is held while the driver fetches rows, and its chunked result hides the error that ended it. This
 * class therefore calls the layer below.
 */
public final class DriverConnection implements AutoCloseable {
    private static final MethodHandle REFERENCE;
    private static final MethodHandle INTERRUPT;
    private static final MethodHandle PROGRESS;
    private static final MethodHandle CHECK_ERROR;
    private static final MethodHandle DATA;
    private static final MethodHandle VALIDITY;
    private static final MethodHandle WRITTEN_DATA;
    private static final MethodHandle WRITTEN_VALIDITY;

    static {
        try {
            MethodHandles.Lookup driver = MethodHandles.privateLookupIn(DuckDBConnection.class, MethodHandles.lookup());
            Class<?> library = driver.findClass("org.duckdb.DuckDBNative");
            REFERENCE = driver.findGetter(DuckDBConnection.class, "connRef", ByteBuffer.class);
            INTERRUPT = driver.findStatic(
                    library, "duckdb_jdbc_interrupt", MethodType.methodType(void.class, ByteBuffer.class));
            PROGRESS = driver.findStatic(
                    library,
                    "duckdb_jdbc_query_progress",
                    MethodType.methodType(QueryProgress.class, ByteBuffer.class));
            CHECK_ERROR =
                    driver.findVirtual(DuckDBChunkedResult.class, "checkError", MethodType.methodType(void.class));
            MethodHandles.Lookup read =
                    MethodHandles.privateLookupIn(DuckDBReadableVector.class, MethodHandles.lookup());
            DATA = read.findGetter(DuckDBReadableVector.class, "data", ByteBuffer.class);
            VALIDITY = read.findGetter(DuckDBReadableVector.class, "validity", ByteBuffer.class);
            MethodHandles.Lookup written =
                    MethodHandles.privateLookupIn(DuckDBWritableVector.class, MethodHandles.lookup());
            WRITTEN_DATA = written.findGetter(DuckDBWritableVector.class, "data", ByteBuffer.class);
            WRITTEN_VALIDITY = written.findGetter(DuckDBWritableVector.class, "validity", ByteBuffer.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DuckDBConnection connection;
    private boolean closed;

    /** A connection that this one closes.
     *
     * @param connection one of DuckDB's driver */
    public DriverConnection(Connection connection) throws SQLException {
        this.connection = connection.unwrap(DuckDBConnection.class);
    }

    /** The connection for JDBC. */
    public Connection jdbc() {
        return connection;
    }

    /**
     * Interrupts the running statement. Has no effect if nothing runs; while rows are being read it applies to the next
     * fetch.
     */
    public synchronized void interrupt() {
        if (!closed) {
            call(() -> INTERRUPT.invoke(reference()));
        }
    }

    /** Returns the progress of the running statement, 0 to 1. */
    public synchronized OptionalDouble progress() {
        if (closed) {
            return OptionalDouble.empty();
        }
        double percentage =
                call(() -> (QueryProgress) PROGRESS.invoke(reference())).getPercentage();
        return percentage < 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.min(1, percentage / 100));
    }

    /** Throws the error that ended a chunked result, which looks like its regular end. */
    public static void checkEnd(DuckDBChunkedResult chunks) throws SQLException {
        Optional<SQLException> error = call(() -> {
            try {
                CHECK_ERROR.invoke(chunks);
                return Optional.<SQLException>empty();
            } catch (SQLException e) {
                return Optional.of(e);
            }
        });
        if (error.isPresent()) {
            throw error.get();
        }
    }

    /** The values of a vector in memory that the driver frees with its chunk. */
    public static ByteBuffer data(DuckDBReadableVector vector) {
        return call(() -> (ByteBuffer) DATA.invoke(vector)).duplicate().order(ByteOrder.nativeOrder());
    }

    /**
     * Copies the first values of a vector, and which of them are NULL. The driver's own methods copy value by value,
     * with a lock for each: 40 ns for each instead of 1.
     *
     * @param bytes the size of a value
     */
    public static void copy(DuckDBReadableVector from, DuckDBWritableVector to, int values, int bytes) {
        call(() -> {
            ((ByteBuffer) WRITTEN_DATA.invoke(to)).put(0, (ByteBuffer) DATA.invoke(from), 0, values * bytes);
            ByteBuffer valid = (ByteBuffer) VALIDITY.invoke(from);
            ByteBuffer written = (ByteBuffer) WRITTEN_VALIDITY.invoke(to);
            for (int word = 0; word < (values + 63) / 64 * 8; word += 8) {
                written.putLong(word, valid == null ? -1 : valid.getLong(word));
            }
            return to;
        });
    }

    private ByteBuffer reference() throws Throwable {
        return (ByteBuffer) REFERENCE.invoke(connection);
    }

    /** A call of the driver that throws undeclared exceptions. */
    private interface Call<R> {
        R run() throws Throwable;
    }

    private static <R> R call(Call<R> call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        synchronized (this) {
            closed = true;
        }
        connection.close();
    }
}
