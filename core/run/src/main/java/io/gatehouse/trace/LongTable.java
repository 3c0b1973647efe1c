package io.gatehouse.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.duckdb.ForeignParquet;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/**
 * A table of routing in CSV, Parquet or JSON lines: a row for each expert of a token and layer, or one with lists of all of
 * them, or one for each count of an expert. docs/import.md describes its columns; the user may name others. DuckDB reads
 * the file in an empty database in memory.
 */
final class LongTable implements TraceReader {
    private static final long MEMORY_LIMIT = 512L << 20;
    private static final int BATCH_ROWS = 1 << 15;
    private static final String GZIP = ".gz";
    private static final String CSV = "read_csv(";
    private static final Pattern CSV_FILE = Pattern.compile("\\.[ct]sv(\\.gz)?\\z");
    /** Begins the line of an error about CSV that has the column and the value. */
    private static final String CONVERTING = "Error when converting column";
    /** Characters of a line of an error, which may quote the file. */
    private static final int MOST_SHOWN = 200;
    /** What steers terminals. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{C}");

    /** What BigMoeOnEdge writes of each layer before the header. */
    private static final Pattern EXPERT_BYTES =
            Pattern.compile("#.*\\blayer=(\\d{1,5})\\b.*\\bexpert_bytes=(\\d{1,12})\\b.*");
    /** Characters of the lines before the header that are read; DuckDB reads the lines whatever they say. */
    private static final int MAX_PREAMBLE = 1 << 20;
    /** Characters of such a line; longer ones say something else. */
    private static final int MOST_PREAMBLE_LINE = 1000;

    /** What has a meaning in the patterns that DuckDB takes paths for; in brackets it has none. */
    private static final Pattern WILD = Pattern.compile("[*?\\[]");

    private final Dialect dialect;

    LongTable() {
        this(new Dialect() {});
    }

    LongTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** What is known of the tables that a program writes. */
    interface Dialect {
        /** The rows that are of tokens, as a table of DuckDB. */
        default String rows(Path file, DuckDBConnection database, String table) throws SQLException {
            return table;
        }

        /** Names of columns by what they mean, unless the user names others. */
        default Map<String, String> names(DuckDBConnection database, String rows, Map<String, String> types)
                throws SQLException {
            return Map.of();
        }
    }

    /**
     * Rows with their columns, as DuckDB reads them.
     *
     * @param place names the file or the stream in errors
     * @param unnamed name of the sequence if no column has it
     * @param memory of the heap, in bytes, that a sequence may take
     */
    record Source(
            String place,
            String unnamed,
            DuckDBConnection database,
            String table,
            LongColumns columns,
            FileMemory memory) {}

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        FileFailure.requireFile(file);
        ReadingNote.of(file);
        Path spill = spillDirectory();
        try (DuckDBConnection database = open(spill)) {
            String table = table(file, database);
            preamble(file).forEach(line -> expertBytes(line, listener));
            requireRows(file, database, table);
            String rows = dialect.rows(file, database, table);
            Map<String, String> types = types(database, rows);
            Map<String, String> names = new HashMap<>(dialect.names(database, rows, types));
            names.putAll(shape.columns());
            LongColumns columns = LongColumns.of(file, types, names);
            columns.requireOnce(file, namesAsWritten(database, table));
            Source source = new Source(
                    file.toString(),
                    String.valueOf(file.getFileName()),
                    database,
                    withNamesAsWritten(rows, columns),
                    columns,
                    FileMemory.of(file));
            if (columns.counts()) {
                counts(source, listener);
            } else {
                decisions(source, listener);
            }
        } catch (GatehouseException e) {
            throw e;
        } catch (SQLException | IOException e) {
            throw unreadable(file.toString(), e);
        } finally {
            delete(spill);
        }
    }

    /** DuckDB's words about it: what failed, and of CSV also why. */
    static GatehouseException unreadable(String place, Exception failure) {
        List<String> lines = String.valueOf(failure.getMessage()).lines().toList();
        String what = Stream.concat(
                        lines.stream().limit(1),
                        lines.stream()
                                .skip(1)
                                .filter(line -> line.startsWith(CONVERTING))
                                .limit(1))
                .map(line -> CONTROLS.matcher(line.substring(0, Math.min(line.length(), MOST_SHOWN)))
                        .replaceAll("\uFFFD"))
                .collect(Collectors.joining(". "));
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(place, what), failure);
    }

    /** Reads a query again for why it failed: the error of a result that is streamed does not say it. */
    private static GatehouseException unreadable(Source source, String query, Exception failure) {
        try (Statement statement = source.database().createStatement()) {
            statement.execute("CREATE TEMP TABLE checked AS SELECT max(hash(r)) FROM (%s) AS r".formatted(query));
        } catch (SQLException e) {
            return unreadable(source.place(), e);
        }
        return unreadable(source.place(), failure);
    }

    /** Sorting rows may take more memory than there is. */
    static Path spillDirectory() {
        try {
            return Files.createTempDirectory("gatehouse-import");
        } catch (IOException e) {
            throw FileFailure.reading(Path.of(System.getProperty("java.io.tmpdir", "")), e);
        }
    }

    /** DuckDB removes what it wrote. */
    static void delete(Path spill) {
        try {
            Files.deleteIfExists(spill);
        } catch (IOException e) {
            // Whoever empties the directory of temporary files removes it.
        }
    }

    static DuckDBConnection open(Path spill) throws SQLException {
        return open(spill, MEMORY_LIMIT);
    }

    /** @param memory bytes */
    static DuckDBConnection open(Path spill, long memory) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("memory_limit", "%sKiB".formatted(Math.min(MEMORY_LIMIT, memory) >> 10));
        // One thread keeps the order of the rows without holding some of them back.
        properties.setProperty("threads", "1");
        properties.setProperty("temp_directory", spill.toString());
        return DuckDb.inMemory(properties);
    }

    /** The call of the reader of the file, by its name. */
    private static String table(Path file, DuckDBConnection database) throws SQLException, IOException {
        String path = SqlText.quoted(WILD.matcher(file.toString()).replaceAll("[$0]"));
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean zipped = name.endsWith(GZIP);
        String plain = zipped ? name.substring(0, name.length() - GZIP.length()) : name;
        if (name.endsWith(".parquet")) {
            ForeignParquet.requireReadable(database, path, ErrorCode.CORRUPT_DATASET);
            return "read_parquet('%s')".formatted(path);
        }
        if (plain.endsWith(".jsonl") || plain.endsWith(".ndjson")) {
            return "read_json('%s', format = 'newline_delimited')".formatted(path);
        }
        if (CSV_FILE.matcher(name).find()) {
            // Some tools write what the file is into lines before the header. Elsewhere a # has no meaning.
            return CSV + "'%s', header = true%s)".formatted(path, preamble(file).isEmpty() ? "" : ", comment = '#'");
        }
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "%s does not end in .csv, .tsv, .jsonl, .ndjson or .parquet".formatted(file));
    }

    /** Where names of sequences look like numbers, DuckDB would read two of them as the same one, such as 7 and 007. */
    private static String withNamesAsWritten(String table, LongColumns columns) {
        return columns.name(LongColumns.Meaning.SEQUENCE)
                .filter(name -> table.startsWith(CSV))
                .map(name -> "%s, types = {'%s': 'VARCHAR'})"
                        .formatted(table.substring(0, table.length() - 1), SqlText.quoted(name)))
                .orElse(table);
    }

    /** Without a row a CSV file has no types, and there is nothing to import in any other. */
    private static void requireRows(Path file, DuckDBConnection database, String table) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1 FROM %s LIMIT 1".formatted(table))) {
            if (!row.next()) {
                throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s has no rows".formatted(file));
            }
        }
    }

    /** The names of its columns, of which DuckDB renames the second one of a name. */
    private static List<String> namesAsWritten(DuckDBConnection database, String table) throws SQLException {
        List<String> names = new ArrayList<>();
        if (table.startsWith(CSV)) {
            String header = table.replace("header = true", "header = false, all_varchar = true");
            try (Statement statement = database.createStatement();
                    ResultSet row = statement.executeQuery("SELECT * FROM %s LIMIT 1".formatted(header))) {
                int columns = row.next() ? row.getMetaData().getColumnCount() : 0;
                for (int i = 1; i <= columns; i++) {
                    names.add(String.valueOf(row.getString(i)).strip());
                }
            }
        }
        return names;
    }

    private static void expertBytes(String line, TraceListener listener) {
        Matcher said = EXPERT_BYTES.matcher(line);
        if (line.length() <= MOST_PREAMBLE_LINE && said.matches()) {
            long bytes = Long.parseLong(said.group(2));
            int layer = Integer.parseInt(said.group(1));
            if (bytes > 0 && layer < TraceBounds.MOST) {
                listener.expertBytes(layer, bytes);
            }
        }
    }

    /** The lines before the header of a CSV file, which begin with a #. */
    private static List<String> preamble(Path file) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!CSV_FILE.matcher(name).find()) {
            return List.of();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                InputStream plain = name.endsWith(GZIP) ? new GZIPInputStream(in) : in) {
            byte[] beginning = plain.readNBytes(MAX_PREAMBLE);
            String text = new String(beginning, UTF_8);
            boolean isWhole = beginning.length < MAX_PREAMBLE;
            // The last line may go on behind what was read.
            return text.substring(0, isWhole ? text.length() : text.lastIndexOf('\n') + 1)
                    .lines()
                    .takeWhile(line -> line.startsWith("#"))
                    .toList();
        }
    }

    static Map<String, String> types(DuckDBConnection database, String table) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        try (Statement statement = database.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
            while (columns.next()) {
                types.put(columns.getString(1), columns.getString(2));
            }
        }
        return types;
    }

    private static void counts(Source source, TraceListener listener) {
        Map<Optional<String>, Map<Integer, long[]>> sums = new LinkedHashMap<>();
        FileMemory memory = source.memory();
        boolean named = source.columns().has(LongColumns.Meaning.SEQUENCE);
        String query = source.columns().counts(source.table());
        try (PreparedStatement statement = source.database().prepareStatement(query);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Optional<String> domain = named ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
                int layer = requireIndex(source, rows, 2);
                int expert = requireIndex(source, rows, 3);
                long count = rows.getLong(4);
                if (rows.wasNull() || count < 0) {
                    throw corrupt(
                            source, "counts %s for expert %d of layer %d".formatted(rows.getString(4), expert, layer));
                }
                if (rows.getBoolean(5)) {
                    throw corrupt(
                            source,
                            "counts generated tokens by its column '%s', but counts are kept of prompts only"
                                    .formatted(source.columns()
                                            .name(LongColumns.Meaning.PHASE)
                                            .map(JsonValue::shown)
                                            .orElse("")));
                }
                Map<Integer, long[]> layers = sums.computeIfAbsent(domain, unseen -> new TreeMap<>());
                long[] known = layers.getOrDefault(layer, new long[0]);
                if (known.length <= expert) {
                    memory.take((long) (expert + 1 - known.length) * Long.BYTES);
                    known = Arrays.copyOf(known, expert + 1);
                    layers.put(layer, known);
                }
                known[expert] = count;
            }
        } catch (SQLException e) {
            throw unreadable(source, query, e);
        }
        sums.forEach((domain, layers) ->
                layers.forEach((layer, counts) -> listener.counts(new ExpertCounts(domain, layer, counts))));
    }

    private static int requireIndex(Source source, ResultSet rows, int column) throws SQLException {
        int index = rows.getInt(column);
        if (rows.wasNull() || index < 0 || index >= TraceBounds.MOST) {
            String what = column == 2 ? "layer" : "expert";
            throw corrupt(
                    source,
                    "has the %s %s; %ss have numbers from 0 to %d"
                            .formatted(what, rows.getString(column), what, TraceBounds.MOST - 1));
        }
        return index;
    }

    /** Gives the sequences of a table of decisions to the listener. */
    static void decisions(Source source, TraceListener listener) {
        Rows rows = new Rows(source, listener);
        String query = source.columns().decisions(source.table(), areTogether(source));
        try (BufferAllocator allocator = new RootAllocator();
                PreparedStatement statement = source.database().prepareStatement(query);
                ResultSet result = statement.executeQuery();
                ArrowReader batches =
                        (ArrowReader) result.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS)) {
            while (batches.loadNextBatch()) {
                rows.add(batches.getVectorSchemaRoot());
            }
        } catch (GatehouseException e) {
            throw e;
        } catch (SQLException | IOException | RuntimeException e) {
            // Arrow throws many kinds of the latter where DuckDB fails within a stream.
            throw unreadable(source, query, e);
        }
        rows.finish();
    }

    /** Whether the rows of each sequence follow each other. */
    private static boolean areTogether(Source source) {
        if (!source.columns().has(LongColumns.Meaning.SEQUENCE)) {
            return true;
        }
        String query = source.columns().runsOfSequences(source.table());
        try (PreparedStatement statement = source.database().prepareStatement(query);
                ResultSet found = statement.executeQuery()) {
            found.next();
            if (found.getLong(3) > 0) {
                throw corrupt(source, "has rows without a sequence: %,d".formatted(found.getLong(3)));
            }
            return found.getLong(1) == found.getLong(2);
        } catch (SQLException e) {
            throw unreadable(source, query, e);
        }
    }

    private static GatehouseException corrupt(Source source, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(source.place(), what));
    }

    /** Makes sequences of rows. */
    private static final class Rows {
        private static final float[] NO_GATE = new float[0];

        private final Source source;
        private final TraceListener listener;
        private final ArrowBufPointer before = new ArrowBufPointer();
        private final ArrowBufPointer here = new ArrowBufPointer();
        private long taken;
        private String name = "";
        private Optional<LongSequence> open = Optional.empty();

        Rows(Source source, TraceListener listener) {
            this.source = source;
            this.listener = listener;
        }

        void add(VectorSchemaRoot batch) {
            int count = batch.getRowCount();
            for (FieldVector column : batch.getFieldVectors()) {
                if (column.getNullCount() > 0) {
                    throw corrupt(
                            source, "has rows without a %s, or lists of different lengths".formatted(column.getName()));
                }
            }
            long bytes = (long) count * LongSequence.ROW_BYTES;
            source.memory().take(bytes);
            taken += bytes;
            VarCharVector sequences = (VarCharVector) batch.getVector("sequence");
            IntVector generated = (IntVector) batch.getVector("generated");
            IntVector positions = (IntVector) batch.getVector("position");
            IntVector layers = (IntVector) batch.getVector("layer");
            IntVector experts = (IntVector) batch.getVector("expert");
            IntVector ranks = (IntVector) batch.getVector("rank");
            Float4Vector weights = (Float4Vector) batch.getVector("weight");
            Float4Vector scores = (Float4Vector) batch.getVector("score");
            Float4Vector entropies = (Float4Vector) batch.getVector("entropy");
            boolean gated = source.columns().has(LongColumns.Meaning.PROBABILITIES);
            for (int row = 0; row < count; row++) {
                sequence(sequences, row)
                        .add(
                                generated.get(row) == 1,
                                positions.get(row),
                                layers.get(row),
                                experts.get(row),
                                ranks.get(row),
                                weights.get(row),
                                scores.get(row),
                                entropies.get(row),
                                gated ? gate((ListVector) batch.getVector("probabilities"), row) : NO_GATE);
            }
        }

        /** The whole gate, which stands at the first expert of a token. */
        private float[] gate(ListVector gates, int row) {
            int from = gates.getElementStartIndex(row);
            int to = gates.getElementEndIndex(row);
            if (from == to) {
                return NO_GATE;
            }
            long bytes = (long) (to - from) * LongSequence.PROBABILITY_BYTES;
            source.memory().take(bytes);
            taken += bytes;
            Float4Vector probabilities = (Float4Vector) gates.getDataVector();
            float[] gate = new float[to - from];
            for (int i = from; i < to; i++) {
                // What is not a number is refused with the token.
                gate[i - from] = probabilities.isNull(i) ? Float.NaN : probabilities.get(i);
            }
            return gate;
        }

        /** The sequence that a row belongs to. */
        private LongSequence sequence(VarCharVector sequences, int row) {
            if (open.isPresent() && row > 0) {
                sequences.getDataPointer(row - 1, before);
                sequences.getDataPointer(row, here);
                if (here.equals(before)) {
                    return open.get();
                }
            }
            String next = new String(sequences.get(row), UTF_8);
            if (open.isPresent() && next.equals(name)) {
                return open.get();
            }
            finish();
            name = next;
            // A file without a column for them is one sequence.
            boolean named = source.columns().has(LongColumns.Meaning.SEQUENCE);
            String shown = named ? next : source.unnamed();
            LongSequence begun = new LongSequence(
                    "%s, sequence %s".formatted(source.place(), JsonValue.shown(shown)), shown, source.columns());
            open = Optional.of(begun);
            return begun;
        }

        /** Gives the sequence that is open to the listener. */
        void finish() {
            open.filter(sequence -> sequence.rows() > 0).ifPresent(sequence -> listener.sequence(sequence.sequence()));
            open = Optional.empty();
            source.memory().release(taken);
            taken = 0;
        }
    }
}
