package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements one after another and writes their rows, to the screen or to a file. How many there were stands under
 * a table; other formats stay pure. Any thread may cancel the statement that is running.
 */
final class StatementRunner implements AutoCloseable {
    private final QueryEngine engine;
    private final QueryLimits limits;
    private final PrintWriter screen;
    private final PrintWriter err;
    private RowFormat format;
    private Optional<Path> file = Optional.empty();
    private PrintWriter out;
    private boolean timed = true;
    private volatile @Nullable QueryResult running;

    StatementRunner(QueryEngine engine, RowFormat format, QueryLimits limits, PrintWriter out, PrintWriter err) {
        this.engine = engine;
        this.format = format;
        this.limits = limits;
        this.screen = out;
        this.out = out;
        this.err = err;
    }

    void useFormat(RowFormat wanted) {
        format = wanted;
    }

    void time(boolean wanted) {
        timed = wanted;
    }

    /** Writes rows to a new file from now on, or to the screen again. */
    void writeTo(Optional<Path> target) {
        closeFile();
        try {
            out = target.isPresent() && format != RowFormat.PARQUET
                    ? new PrintWriter(Files.newBufferedWriter(target.get(), StandardCharsets.UTF_8))
                    : screen;
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s cannot be written: %s".formatted(target.get(), e.getMessage()), e);
        }
        file = target;
    }

    /** Runs one statement; an error that has a place in the text is shown there before it is thrown on. */
    void run(String sql) {
        long start = System.nanoTime();
        try (QueryResult result = engine.query(sql, limits);
                QueryProgress progress = new QueryProgress(result, err)) {
            running = result;
            long rows = write(result, progress::finish);
            out.flush();
            if (out.checkError()) {
                throw new GatehouseException(ErrorCode.INSUFFICIENT_DISK, "The rows cannot be written.");
            }
            footer(rows, result.truncated(), System.nanoTime() - start);
        } catch (GatehouseException failure) {
            failure.position().ifPresent(position -> err.print(ErrorPlace.show(sql, position)));
            throw failure;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running = null;
        }
    }

    private void footer(long rows, boolean truncated, long nanos) {
        String cut = truncated ? ", more are left out (--limit)" : "";
        String time = timed ? String.format(Locale.ROOT, ", %.3f s", nanos / 1e9) : "";
        String where = file.map(path -> " in " + path).orElse("");
        PrintWriter footer = format == RowFormat.TABLE || file.isPresent() ? screen : err;
        footer.printf(Locale.ROOT, "%,d %s%s%s%s%n", rows, rows == 1 ? "row" : "rows", where, cut, time);
        footer.flush();
    }

    private long write(QueryResult result, Runnable ready) throws IOException {
        TextRows text = new TextRows(out, ready);
        return switch (format) {
            case TABLE -> text.writeTable(result);
            case CSV -> text.writeCsv(result);
            case JSON -> text.writeJson(result);
            case PARQUET ->
                ParquetRows.write(
                        result,
                        file.orElseThrow(() -> new GatehouseException(
                                ErrorCode.INVALID_ARGUMENT, "Parquet is written to a file; say which with --output")));
        };
    }

    /** Stops the statement that is running; false if none is. */
    boolean cancel() {
        QueryResult current = running;
        if (current != null) {
            current.cancel();
        }
        return current != null;
    }

    private void closeFile() {
        if (!out.equals(screen)) {
            out.close();
        }
    }

    @Override
    public void close() {
        closeFile();
    }
}
