package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.driver.DriverConnection;
import io.gatehouse.sql.driver.DuckDbErrors;
import io.gatehouse.sql.driver.ReaderSource;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.schema.RankColumns;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;

/** Reads the decisions of a run for functions in Java, on connections of its own. */
public final class DecisionReads {
    /** A run that recorded the last token of each prompt has no tokens of the scope prompt. */
    private static final Map<String, String> TOKENS = Map.of(
            "last_prompt", "is_last_prompt",
            "prompt", "NOT is_generated AND (SELECT recorded = 'prompt' FROM runs WHERE run_id = $run)",
            "generated", "is_generated");

    private static final String ALL_TOKENS = "TRUE";

    private final ReaderSource readers;

    /** Is told decisions, one after another. */
    interface Listener {
        /**
         * The next decision.
         *
         * @param experts the first {@code count} are its experts, the one of rank 1 first
         */
        void decide(int question, int position, int layer, int[] experts, int count);
    }

    /** Is told decisions with what would have been chosen from earlier states. */
    interface LookaheadListener {
        /**
         * The next decision.
         *
         * @param experts the first {@code count} are its experts
         * @param lookahead by distance, from 1: the experts that would have been chosen; empty where that is not recorded
         */
        void decide(int question, int position, int layer, int[] experts, int count, int[][] lookahead);
    }

    /** Is told decisions of both phases. */
    interface PhaseListener {
        /**
         * The next decision.
         *
         * @param experts the first {@code count} are its experts, the one of rank 1 first
         * @param weights of those, in a unit of their own; NaN where there is none
         */
        void decide(int question, int layer, boolean isGenerated, int[] experts, float[] weights, int count);
    }

    /** Is told the uses of questions. */
    interface UsesListener {
        /**
         * The next question.
         *
         * @param experts numbers of the experts that it uses, which are the same in no two layers
         * @param tokens how many of its tokens use each
         */
        void use(int question, int[] experts, int[] tokens);
    }

    /** @param readers connections on which {@code jdbc_stream_results} may be set */
    public DecisionReads(ReaderSource readers) {
        this.readers = requireNonNull(readers, "readers is null");
    }

    static boolean isScope(String scope) {
        return TOKENS.containsKey(scope);
    }

    /**
     * Reads decisions by question, position and layer.
     *
     * @param scope which tokens, a known one
     * @param condition in SQL, of columns of decisions
     */
    void read(int run, String scope, String condition, FunctionReads.OfStatement statement, Listener listener) {
        open(statement, connection -> {
            int ranks = ranks(connection, run);
            read(
                    connection,
                    run,
                    tokens(scope),
                    condition,
                    columns(ranks),
                    statement,
                    rows -> pass(rows, ranks, listener));
        });
    }

    /**
     * Reads all decisions by question, position and layer.
     *
     * @param withWeights whether weights are read; otherwise all are NaN
     */
    void readPhases(int run, boolean withWeights, FunctionReads.OfStatement statement, PhaseListener listener) {
        open(statement, connection -> {
            int ranks = ranks(connection, run);
            String columns = columns(ranks) + ", is_generated"
                    + (withWeights
                            ? IntStream.rangeClosed(1, ranks)
                                    .mapToObj(rank -> ", CAST(%s AS FLOAT)".formatted(weight(rank)))
                                    .collect(Collectors.joining())
                            : "");
            read(
                    connection,
                    run,
                    ALL_TOKENS,
                    "TRUE",
                    columns,
                    statement,
                    rows -> passPhases(rows, ranks, withWeights, listener));
        });
    }

    /** The bytes of an expert by layer, of the layers where they are known. */
    Map<Integer, Long> expertBytes(int run, FunctionReads.OfStatement statement) {
        Map<Integer, Long> bytes = new HashMap<>();
        open(statement, connection -> {
            try (Statement query = connection.createStatement();
                    ResultSet rows = query.executeQuery(
                            "SELECT layer, expert_bytes FROM layers WHERE run_id = %s AND expert_bytes IS NOT NULL"
                                    .formatted(run))) {
                while (rows.next()) {
                    bytes.put(rows.getInt(1), rows.getLong(2));
                }
            }
        });
        return bytes;
    }

    private static String columns(int ranks) {
        return IntStream.rangeClosed(1, ranks).mapToObj(DecisionReads::column).collect(Collectors.joining(", "));
    }

    private static String tokens(String scope) {
        return requireNonNull(TOKENS.get(scope), "the scope is known");
    }

    /** Reads decisions with a lookahead, by question, position and layer. */
    void readLookahead(int run, String scope, FunctionReads.OfStatement statement, LookaheadListener listener) {
        open(statement, connection -> {
            int ranks = ranks(connection, run);
            String columns = Stream.concat(
                            IntStream.rangeClosed(1, ranks).mapToObj(DecisionReads::column),
                            IntStream.rangeClosed(1, Recording.MAX_LOOKAHEAD)
                                    .boxed()
                                    .flatMap(distance -> IntStream.rangeClosed(1, ranks)
                                            .mapToObj(rank -> "%s[%s].lookahead_%s"
                                                    .formatted(RankColumns.RANK_DETAILS, rank, distance))))
                    .collect(Collectors.joining(", "));
            read(
                    connection,
                    run,
                    tokens(scope),
                    "TRUE",
                    columns,
                    statement,
                    rows -> passLookahead(rows, ranks, listener));
        });
    }

    /** Reads how often each question uses each expert, by question. */
    void readUses(int run, String scope, FunctionReads.OfStatement statement, UsesListener listener) {
        String sql = SqlResource.text("uses-of-questions.sql")
                .replace("$scope", scope)
                .replace("$run", Integer.toString(run));
        open(statement, connection -> {
            try (Statement query = connection.createStatement()) {
                query.execute("SET SESSION jdbc_stream_results = true");
                try (ResultSet rows = query.executeQuery(sql)) {
                    passUses(rows, statement, listener);
                }
            }
        });
    }

    private static void passUses(ResultSet rows, FunctionReads.OfStatement statement, UsesListener listener)
            throws SQLException {
        IntStream.Builder experts = IntStream.builder();
        IntStream.Builder tokens = IntStream.builder();
        int question = -1;
        while (rows.next()) {
            int next = rows.getInt(1);
            if (next != question && question >= 0) {
                listener.use(question, experts.build().toArray(), tokens.build().toArray());
                experts = IntStream.builder();
                tokens = IntStream.builder();
                statement.checkStopped();
            }
            question = next;
            experts.add(rows.getInt(2));
            tokens.add(rows.getInt(3));
        }
        if (question >= 0) {
            listener.use(question, experts.build().toArray(), tokens.build().toArray());
        }
    }

    private interface Reading {
        void read(Connection connection) throws SQLException;
    }

    private void open(FunctionReads.OfStatement statement, Reading reading) {
        try {
            DriverConnection connection = new DriverConnection(readers.open());
            try {
                statement.begin(connection);
                reading.read(connection.jdbc());
            } finally {
                statement.end(connection);
            }
        } catch (SQLException e) {
            statement.checkStopped();
            throw DuckDbErrors.translate(e);
        }
    }

    private static void read(
            Connection connection,
            int run,
            String tokens,
            String condition,
            String columns,
            FunctionReads.OfStatement statement,
            Consumer<DuckDBDataChunkReader> pass)
            throws SQLException {
        String sql = SqlResource.text("decisions.sql")
                .replace("$ranks", columns)
                .replace("$tokens", tokens)
                .replace("$condition", condition)
                .replace("$run", Integer.toString(run));
        try (DuckDBPreparedStatement decisions =
                        connection.prepareStatement(sql).unwrap(DuckDBPreparedStatement.class);
                DuckDBChunkedResult chunks = decisions.query()) {
            while (chunks.nextChunk()) {
                pass.accept(chunks.chunk());
                statement.checkStopped();
            }
            DriverConnection.checkEnd(chunks);
        }
    }

    /** The largest number of experts of a decision. */
    private static int ranks(Connection connection, int run) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT coalesce(max(top_k), 1) FROM runs WHERE run_id = %s".formatted(run))) {
                rows.next();
                int ranks = rows.getInt(1);
                statement.execute("SET SESSION jdbc_stream_results = true");
                return ranks;
            }
        }
    }

    private static String column(int rank) {
        return rank <= RankColumns.COUNT
                ? RankColumns.expert(rank)
                : "%s[%s].expert".formatted(RankColumns.MORE_RANKS, rank - RankColumns.COUNT);
    }

    private static String weight(int rank) {
        return rank <= RankColumns.COUNT
                ? RankColumns.weight(rank)
                : "%s[%s].weight".formatted(RankColumns.MORE_RANKS, rank - RankColumns.COUNT);
    }

    private static void pass(DuckDBDataChunkReader rows, int ranks, Listener listener) {
        DuckDBReadableVector questions = rows.vector(0);
        DuckDBReadableVector positions = rows.vector(1);
        DuckDBReadableVector layers = rows.vector(2);
        DuckDBReadableVector[] experts = vectors(rows, 0, ranks);
        int[] decision = new int[ranks];
        long count = rows.rowCount();
        for (long row = 0; row < count; row++) {
            int chosen = copy(experts, row, decision);
            listener.decide(questions.getInt(row), positions.getInt(row), layers.getShort(row), decision, chosen);
        }
    }

    private static void passPhases(DuckDBDataChunkReader rows, int ranks, boolean withWeights, PhaseListener listener) {
        DuckDBReadableVector questions = rows.vector(0);
        DuckDBReadableVector layers = rows.vector(2);
        DuckDBReadableVector[] experts = vectors(rows, 0, ranks);
        DuckDBReadableVector generated = rows.vector(3L + ranks);
        DuckDBReadableVector[] weightColumns = vectors(rows, ranks + 1, withWeights ? ranks : 0);
        int[] decision = new int[ranks];
        float[] weights = new float[ranks];
        Arrays.fill(weights, Float.NaN);
        long count = rows.rowCount();
        for (long row = 0; row < count; row++) {
            int chosen = copy(experts, row, decision);
            if (withWeights) {
                copyWeights(experts, weightColumns, row, weights);
            }
            listener.decide(
                    questions.getInt(row), layers.getShort(row), generated.getBoolean(row), decision, weights, chosen);
        }
    }

    private static void passLookahead(DuckDBDataChunkReader rows, int ranks, LookaheadListener listener) {
        DuckDBReadableVector questions = rows.vector(0);
        DuckDBReadableVector positions = rows.vector(1);
        DuckDBReadableVector layers = rows.vector(2);
        DuckDBReadableVector[] experts = vectors(rows, 0, ranks);
        DuckDBReadableVector[][] lookahead = IntStream.rangeClosed(1, Recording.MAX_LOOKAHEAD)
                .mapToObj(distance -> vectors(rows, distance * ranks, ranks))
                .toArray(DuckDBReadableVector[][]::new);
        int[] decision = new int[ranks];
        int[] earlier = new int[ranks];
        int[][] choices = new int[lookahead.length][];
        long count = rows.rowCount();
        for (long row = 0; row < count; row++) {
            int chosen = copy(experts, row, decision);
            for (int i = 0; i < lookahead.length; i++) {
                choices[i] = Arrays.copyOf(earlier, copy(lookahead[i], row, earlier));
            }
            listener.decide(
                    questions.getInt(row), positions.getInt(row), layers.getShort(row), decision, chosen, choices);
        }
    }

    /** Vectors of ranks, behind those of question, position and layer. */
    private static DuckDBReadableVector[] vectors(DuckDBDataChunkReader rows, int from, int ranks) {
        DuckDBReadableVector[] vectors = new DuckDBReadableVector[ranks];
        for (int rank = 0; rank < ranks; rank++) {
            vectors[rank] = rows.vector(3L + from + rank);
        }
        return vectors;
    }

    /** Copies the experts of a row, and returns how many there are. */
    private static int copy(DuckDBReadableVector[] ranks, long row, int[] to) {
        int count = 0;
        for (DuckDBReadableVector rank : ranks) {
            if (!rank.isNull(row)) {
                to[count++] = rank.getShort(row);
            }
        }
        return count;
    }

    /** Copies the weights of the experts of a row. */
    private static void copyWeights(
            DuckDBReadableVector[] experts, DuckDBReadableVector[] weights, long row, float[] to) {
        int count = 0;
        for (int rank = 0; rank < experts.length; rank++) {
            if (!experts[rank].isNull(row)) {
                to[count++] = weights[rank].isNull(row) ? Float.NaN : weights[rank].getFloat(row);
            }
        }
    }
}
