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
            DATA = MethodHandles.privateLookupIn(DuckDBReadableVector.class, MethodHandles.lookup())
                    .findGetter(DuckDBReadableVector.class, "data", ByteBuffer.class);
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
