package io.gatehouse.store.write;

import static io.gatehouse.store.RandomRun.description;
import static io.gatehouse.store.RandomRun.questions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards that do not get into the file leave nothing there. */
final class TestRefusedShard {
    private static final long SEED = 20_261_124;

    @TempDir
    private Path directory;

    @Test
    void keepsNothingOfAShardThatFailsAtItsLastStep() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(4));
                Connection intruder = store.reader();
                Statement statement = intruder.createStatement()) {
            writer.write(shards.shard(writer, 0, 0, 2));
            List<String> before = counts(store);
            statement.execute("ALTER TABLE run_shards RENAME TO elsewhere");
            assertThatThrownBy(() -> writer.write(shards.shard(writer, 1, 2, 4)))
                    .hasMessageContaining("run_shards does not exist");
            statement.execute("ALTER TABLE elsewhere RENAME TO run_shards");
            assertThat(counts(store)).isEqualTo(before);

            writer.write(shards.shard(writer, 2, 2, 4));
            assertThat(counts(store)).isNotEqualTo(before);
            writer.finish(RunStatus.COMPLETE);
        }
    }

    @Test
    void freesEveryArrowBufferOfAFeedThatWasNeverRead() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                Connection intruder = store.reader();
                Statement statement = intruder.createStatement()) {
            RunWriter writer = store.startRun(shards.description(), questions(2));
            statement.execute("ALTER TABLE tokens RENAME TO elsewhere");
            assertThatThrownBy(() -> writer.write(shards.shard(writer, 0, 0, 2)))
                    .hasMessageContaining("tokens does not exist");
            statement.execute("ALTER TABLE elsewhere RENAME TO tokens");
            writer.write(shards.shard(writer, 0, 0, 2));
            assertThat(Rows.count(store, "SELECT count(*) FROM token_routing")).isEqualTo(2 * 3 * 7);
            // The allocator throws if a byte of it is left.
            writer.close();
        }
    }

    @Test
    void refusesAShardThatContradictsItsRun() throws Exception {
        RandomRun shards = RandomRun.of("r", SEED);
        RandomRun wider = new RandomRun(description("wider", 4, 16, 4, Scope.PROMPT), 7, SEED);
        try (Store store = create();
                RunWriter foreign = store.startRun(wider.description(), questions(9));
                RunWriter writer = store.startRun(shards.description(), questions(6))) {
            writer.write(shards.shard(writer, 0, 0, 2));
            List<String> before = counts(store);
            Shard next = shards.shard(writer, 1, 2, 4);

            assertRefused(writer, shards.shard(writer, 0, 2, 4), "Shard 0 was written already");
            assertRefused(writer, shards.shard(writer, 1, 1, 4), "Shard 1 answers question 2 a second time");
            assertRefused(writer, shards.shard(foreign, 1, 7, 9), "Shard 1 answers question 8, which is not of run r");
            assertRefused(
                    writer,
                    new Shard(1, next.routing(), next.tokens(), next.answers().subList(0, 1)),
                    "Shard 1 has tokens of question 4, which it does not answer");
            assertRefused(
                    writer,
                    new Shard(1, wider.shard(foreign, 1, 2, 4).routing(), next.tokens(), next.answers()),
                    "Shard 1 has top-k 4 in layer 0, the run 2");
            assertRefused(
                    writer,
                    new Shard(1, List.of(next.routing().get(0), next.routing().get(0)), next.tokens(), next.answers()),
                    "Question 3, layer 0 has position 0 twice");
            RoutingColumns columns = next.routing().get(2);
            columns.experts()[5] = 8;
            assertRefused(writer, next, "Shard 1 has expert 8 of 8 in layer 2");
            columns.experts()[5] = -1;
            assertRefused(writer, next, "Shard 1 has expert -1 of 8 in layer 2");
            columns.experts()[5] = 0;
            columns.positions()[3] = 1;
            assertRefused(writer, next, "Position 1 follows position 2 in question 3, layer 2");
            assertThat(counts(store)).isEqualTo(before);
        }
    }

    @Test
    void refusesTokensBeforeTheLastWhereTheRunRecordsOnlyThat() {
        RandomRun whole = RandomRun.of("whole", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(description("r", 3, 8, 2, Scope.LAST_PROMPT), questions(1))) {
            assertRefused(writer, whole.shard(writer, 0, 0, 1), "Shard 0 has more than the last token of question 1");
        }
    }

    @Test
    void refusesAnOwnRunThatLacksWhatOnlyAnImportMayLack() {
        RandomRun shards = RandomRun.of("r", SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(1))) {
            Shard whole = shards.shard(writer, 0, 0, 1);
            RoutingColumns all = whole.routing().get(1);
            RoutingColumns unweighed = new RoutingColumns(
                    1,
                    2,
                    all.questionIds(),
                    all.positions(),
                    all.last(),
                    all.experts(),
                    new float[0],
                    all.entropy(),
                    new float[0],
                    new float[0],
                    all.margin());
            assertRefused(
                    writer,
                    new Shard(0, List.of(unweighed), whole.tokens(), whole.answers()),
                    "Shard 0 lacks figures of layer 1");
            AnswerRow unanswered = new AnswerRow(
                    1, Optional.of("A"), Optional.empty(), new float[4], Optional.of(7), Optional.of("A"), 7);
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), List.of(unanswered)),
                    "Shard 0 lacks a part of the answer to question 1");
        }
    }

    @Test
    void refusesColumnsOfWhichOnlySomeRowsHaveAFigure() {
        int[] two = {0, 1};
        short[] experts = {0, 1};
        float[] one = {1};
        float[] both = {1, 1};
        boolean[] last = {false, true};
        assertThatThrownBy(() -> new RoutingColumns(0, 1, two, two, last, experts, both, one, both, both, both))
                .hasMessage("Routing column entropy has 1 entries instead of 2");
        assertThatThrownBy(() ->
                        new RoutingColumns(0, 1, two, two, last, experts, new float[0], both, new float[0], both, both))
                .hasMessage("Routing column mass has 2 entries instead of 0");
    }

    @Test
    void refusesALookaheadOtherThanTheRunRecords() {
        Recording recording = new Recording(Scope.PROMPT, Recording.Probabilities.NONE, false, List.of(1));
        RandomRun ahead = new RandomRun(description("ahead", 3, 8, 2, recording), 7, SEED);
        RandomRun plain = new RandomRun(description("plain", 3, 8, 2, Scope.PROMPT), 7, SEED);
        try (Store store = create();
                RunWriter ofAhead = store.startRun(ahead.description(), questions(2));
                RunWriter ofPlain = store.startRun(plain.description(), questions(2))) {
            assertThatThrownBy(() -> ofAhead.write(plain.shard(ofAhead, 0, 0, 2)))
                    .hasMessageContaining("has no lookahead of 1 layers in layer 1");
            assertThatThrownBy(() -> ofPlain.write(ahead.shard(ofPlain, 0, 0, 2)))
                    .hasMessageContaining("has a lookahead of 1 layers in layer 1");
            ofAhead.write(ahead.shard(ofAhead, 0, 0, 2));
        }
        assertThatThrownBy(() -> new Recording(Scope.PROMPT, Recording.Probabilities.NONE, false, List.of(3)))
                .hasMessage("A lookahead of 3 layers cannot be recorded; 1 and 2 can.");
    }

    @Test
    void refusesGatesAndNormsOtherThanTheRunRecords() {
        Recording recording = new Recording(Scope.PROMPT, Recording.Probabilities.LAST_PROMPT, true);
        RandomRun shards = new RandomRun(description("r", 3, 8, 2, recording), 7, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(4))) {
            Shard whole = shards.shard(writer, 0, 0, 2);
            Shard other = shards.shard(writer, 0, 2, 4);
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), whole.answers()),
                    "Shard 0 has gates of 0 tokens and layers instead of 6");
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), whole.answers(), whole.gates(), List.of()),
                    "Shard 0 has norms of 0 tokens and layers instead of 42");
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), whole.answers(), other.gates(), whole.norms()),
                    "Shard 0 has gates of question 3, which it does not answer");
            TokenValues wide = new TokenValues(0, 3, new int[42], new int[42], new float[126]);
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), whole.answers(), whole.gates(), List.of(wide)),
                    "Shard 0 has 3 norms of a token, at most 2 can be");
            TokenValues elsewhere = new TokenValues(70_000, 2, new int[42], new int[42], new float[84]);
            assertRefused(
                    writer,
                    new Shard(0, whole.routing(), whole.tokens(), whole.answers(), whole.gates(), List.of(elsewhere)),
                    "Shard 0 has layer 70000 of 3");
        }
    }

    /** Numbers of rows of every table that a shard adds to. */
    private static List<String> counts(Store store) throws Exception {
        return Rows.of(store, """
                SELECT
                    (SELECT count(*) FROM token_routing), (SELECT count(*) FROM tokens),
                    (SELECT count(*) FROM answers), (SELECT count(*) FROM question_usage),
                    (SELECT count(*) FROM run_shards)""");
    }

    private static void assertRefused(RunWriter writer, Shard shard, String message) {
        assertThatThrownBy(() -> writer.write(shard))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private Store create() {
        return Store.create(directory.resolve("a.duckdb"));
    }
}
