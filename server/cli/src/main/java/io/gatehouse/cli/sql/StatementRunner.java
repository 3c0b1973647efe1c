package io.gatehouse.cli.sql;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements one after another and writes their rows, to the screen or to a file. How many there were stands under
 * a table; other formats stay pure. Any thread may cancel the statement that is running.
 */
final class StatementRunner implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final Session session;
    private final long maxRows;
    private final PrintWriter screen;
    private final PrintWriter err;
    private RowFormat format;
    private boolean forSpreadsheets;
    private StatementParameters parameters = new StatementParameters(List.of(), List.of());
    private Optional<Path> file = Optional.empty();
    private Optional<PrintWriter> opened = Optional.empty();
    private boolean fileIsWhole;
    private boolean timed = true;
    private volatile @Nullable Rows running;

    /**
     * Writes the rows of statements in a format.
     *
     * @param maxRows rows of each statement; 0 for all
     */
    StatementRunner(Session session, long maxRows, RowFormat format, PrintWriter out, PrintWriter err) {
        this.session = session;
        this.maxRows = maxRows;
        this.format = format;
        this.screen = out;
        this.err = err;
    }

    void useFormat(RowFormat wanted) {
        format = wanted;
    }

    /** Puts an apostrophe before texts in CSV that a spreadsheet would run as formulas. */
    void writeCsvForSpreadsheets(boolean wanted) {
        forSpreadsheets = wanted;
    }

    void bind(StatementParameters values) {
        parameters = values;
    }

    void time(boolean wanted) {
        timed = wanted;
    }

    /** Writes rows to a new file from now on, or to the screen again. */
    void writeTo(Optional<Path> target) {
        closeFile();
        file = target;
        if (format != RowFormat.PARQUET) {
            out();
        }
    }

    /** Where the rows of the next statement go as text: the format may have changed since the file was named. */
    private PrintWriter out() {
        if (file.isEmpty()) {
            return screen;
        }
        requireRoomIn(file.get(), fileIsWhole);
        if (opened.isEmpty()) {
            try {
                opened = Optional.of(new PrintWriter(Files.newBufferedWriter(file.get(), StandardCharsets.UTF_8)));
            } catch (IOException e) {
                Path failed = file.get();
                file = Optional.empty();
                throw FileFailure.writing(failed, e);
            }
        }
        return opened.get();
    }

    private static void requireRoomIn(Path file, boolean taken) {
        if (taken) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s already holds the rows of another statement, and a Parquet file holds one result: use one file per statement"
                            .formatted(file));
        }
    }

    /** Runs one statement; an error that has a place in the text is shown there before it is thrown on. */
    void run(String sql) {
        long start = System.nanoTime();
        Query query = new Query(sql, parameters.of(sql, session), Optional.of(TIMEOUT), maxRows);
        try (Rows result = session.query(query);
                QueryProgress progress = new QueryProgress(result, err)) {
            running = result;
            long rows = write(query, result, progress);
            if (opened.orElse(screen).checkError()) {
                throw new GatehouseException(ErrorCode.INSUFFICIENT_DISK, "The rows cannot be written.");
            }
            footer(rows, result.truncated(), System.nanoTime() - start);
        } catch (GatehouseException failure) {
            failure.position().ifPresent(position -> err.print(ErrorPlace.show(sql, position)));
            err.flush();
            throw failure;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running = null;
        }
    }

    private void footer(long rows, boolean truncated, long nanos) {
        String cut = truncated ? ", more rows omitted (--limit)" : "";
        String time = timed ? String.format(Locale.ROOT, ", %.3f s", nanos / 1e9) : "";
        String where = file.map(path -> " in " + path).orElse("");
        boolean forPeople = format == RowFormat.TABLE || format == RowFormat.VERTICAL;
        PrintWriter footer = forPeople || file.isPresent() ? screen : err;
        footer.printf(Locale.ROOT, "%,d %s%s%s%s%n", rows, rows == 1 ? "row" : "rows", where, cut, time);
        footer.flush();
    }

    private long write(Query query, Rows result, QueryProgress progress) throws IOException {
        if (format == RowFormat.PARQUET) {
            return writeParquet(result);
        }
        TextRows text = new TextRows(out());
        result.start();
        progress.finish();
        return switch (format) {
            case TABLE -> text.writeTable(result);
            case VERTICAL -> text.writeVertical(result);
            case CSV -> text.writeCsv(result, forSpreadsheets);
            case LATEX -> text.writeLatex(result, query);
            case JSON, PARQUET -> text.writeJson(result);
        };
    }

    private long writeParquet(Rows result) {
        Path target = file.orElseThrow(() -> new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "Parquet is written to a file: name it with --output"));
        requireRoomIn(target, fileIsWhole || opened.isPresent());
        long rows = result.writeParquet(target);
        fileIsWhole = true;
        return rows;
    }

    /** Stops the statement that is running; false if none is. */
    boolean cancel() {
        Rows current = running;
        if (current != null) {
            current.cancel();
        }
        return current != null;
    }

    private void closeFile() {
        opened.ifPresent(PrintWriter::close);
        opened = Optional.empty();
        file = Optional.empty();
        fileIsWhole = false;
    }

    @Override
    public void close() {
        closeFile();
    }
}
