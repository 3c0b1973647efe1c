package io.gatehouse.handover;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.TraceImport;
import io.gatehouse.trace.TraceKind;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run as other programs read it. Of three layers the middle one has experts, four of them, two chosen. Question 1 has
 * one token and goes to 0 and 1; question 2 has two, which go to 0 and 1, and to 2 and 1.
 */
final class TestHandover {
    private static final float[] UNKNOWN = {};
    private static final float[] WEIGHTS = {0.5f, 0.25f, 0.5f, 0.25f};

    @TempDir
    private Path directory = Path.of("");

    /** Token ratios are 3/8, 1/2 and 1/8, gate scores 3/8, 1/4 and 1/8. */
    @Test
    void esftTakesTheFewestExpertsThatReachTheShare() {
        withRun(run(question("q1", "s", true, 1), question("q2", "s", true, 2)), handover -> {
            assertThat(esft(handover, ExpertScore.TOKEN, 0.5)).isEqualTo("""
                    {"experts": {
                      "1": [1]
                    }, "shared_experts": false, "non_expert_modules": false}
                    """);
            assertThat(esft(handover, ExpertScore.TOKEN, 0.6)).contains("\"1\": [1, 0]\n");
            assertThat(esft(handover, ExpertScore.GATE, 0.3)).contains("\"1\": [0]\n");
            assertThat(esft(handover, ExpertScore.GATE, 1)).contains("\"1\": [0, 1, 2]\n");
            assertRefused(
                    () -> esft(handover, ExpertScore.GATE, 0),
                    ErrorCode.INVALID_ARGUMENT,
                    "--top-p is 0.0; it must be above 0");
        });
    }

    @Test
    void esftIsForOneSubject() {
        withRun(run(question("q1", "s", true, 1), question("q2", "t", true, 2)), handover -> {
            assertRefused(
                    () -> esft(handover, ExpertScore.TOKEN, 0.5),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has 2 subjects, and ESFT is for one; choose it with --subject: s, t");
            assertRefused(
                    () -> esft(handover, Optional.of("u"), ExpertScore.TOKEN, 0.5),
                    ErrorCode.UNKNOWN_SUBJECT,
                    "Run \"r\" has no subject \"u\"; there are s, t");
            esft(handover, Optional.of("t"), ExpertScore.TOKEN, 0.6);
            assertThat(content()).contains("\"1\": [1, 0]\n");
        });
    }

    @Test
    void loadsAndMaskHaveARowForEveryLayer() {
        withRun(run(question("q1", "s", true, 1), question("q2", "s", true, 2)), handover -> {
            write(handover, "eplb");
            assertThat(content()).isEqualTo("""
                    {"scope": "prompt", "logical_count": [
                      [0, 0, 0, 0],
                      [2, 3, 1, 0],
                      [0, 0, 0, 0]
                    ]}
                    """);
            write(handover, "mask");
            assertThat(content()).isEqualTo("""
                    {"scope": "prompt", "mask": "1:3", "unused": [
                      [false, false, false, false],
                      [false, false, false, true],
                      [false, false, false, false]
                    ]}
                    """);
            write(at(handover, "last_prompt"), "eplb");
            assertThat(content()).contains("[1, 2, 1, 0]");
            assertRefused(
                    () -> write(new Handover(handover.session(), Choices.of("x")), "mask"),
                    ErrorCode.RUN_NOT_FOUND,
                    "There is no run named \"x\".");
        });
    }

    /** Equal weights keep their order, and a domain may have commas and quotes. */
    @Test
    void committeeComesBackAsItWent() throws IOException {
        String table = """
                layer,domain,expert_idx,expert_weight,topk_rank
                0,law,4,0.5,1
                0,law,1,0.2000122,2
                1,law,2,0.25,1
                1,law,0,0.25,2
                0,"law, ""new"" too",3,0.625,1
                0,"law, ""new"" too",2,0.25,2
                1,"law, ""new"" too",1,1.0,1
                1,"law, ""new"" too",2,0.0,2
                """;
        Path file = Files.writeString(directory.resolve("c.csv"), table);
        TraceImport traces = new TraceImport(TraceKind.COMMITTEE, TraceShape.unknown());
        traces.read(file);
        withRun(traces.run("r", "m", OptionalInt.empty()), handover -> {
            write(handover, "committee");
            assertThat(content()).isEqualTo(table);
        });
    }

    @Test
    void whatARunLacksIsSaidByName() {
        ImportedRun ids = imported(List.of(question("q1", "s", false, 1), question("q2", "s", false, 2)), List.of());
        withRun(ids, handover -> {
            assertRefused(
                    () -> write(handover, "committee"),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has no weights, which committee needs.");
            assertRefused(
                    () -> esft(handover, ExpertScore.GATE, 0.5),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has no weights for the score of the gate, which esft needs.");
            assertThat(esft(handover, ExpertScore.TOKEN, 0.5)).contains("\"1\": [1]\n");
        });
        ImportedRun counts =
                imported(List.of(), List.of(new ExpertCounts(Optional.of("s"), 1, new long[] {2, 1, 1, 0})));
        withRun(counts, handover -> {
            assertRefused(
                    () -> write(handover, "committee"),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" recorded no routing at the last token of prompts, which committee needs.");
            assertRefused(
                    () -> esft(handover, ExpertScore.TOKEN, 0.5),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has no answered questions whose tokens were all recorded at scope prompt, which esft needs.");
            assertRefused(
                    () -> write(handover, "mbolt"),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" has no routing of single tokens at scope prompt, which mbolt needs.");
            assertRefused(
                    () -> write(at(handover, "last_prompt"), "eplb"),
                    ErrorCode.INVALID_ARGUMENT,
                    "Run \"r\" recorded no routing at scope last_prompt, which eplb needs.");
            assertThat(file()).doesNotExist();
            write(handover, "eplb");
            assertThat(content()).contains("[2, 1, 1, 0]");
        });
    }

    @Test
    void countsMayBeLargerThanIds() {
        withRun(run(question("q1", "s", true, 1)), handover -> {
            try (Rows rows = handover.session().query(new Query("SELECT 3000000000 AS n", 0))) {
                rows.start();
                assertThat(rows.next()).isTrue();
                assertThat(ExportedRun.count(rows, 0)).isEqualTo(3_000_000_000L);
                assertThatThrownBy(() -> ExportedRun.number(rows, 0)).isInstanceOf(ArithmeticException.class);
            }
        });
    }

    private void withRun(ImportedRun run, Consumer<Handover> use) {
        try {
            Path database = Files.createTempDirectory(directory, "run").resolve("a.duckdb");
            Files.deleteIfExists(file());
            try (Store store = Store.create(database)) {
                store.importRun(run, "test");
                try (QueryEngine engine = new QueryEngine(store)) {
                    use.accept(new Handover(new EngineSession(engine, () -> {}), Choices.of("r")));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String esft(Handover handover, ExpertScore score, double share) {
        return esft(handover, Optional.empty(), score, share);
    }

    private String esft(Handover handover, Optional<String> subject, ExpertScore score, double share) {
        Choices choices = new Choices(
                Optional.of("r"),
                Optional.empty(),
                subject,
                Optional.of(score),
                Optional.of(share),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        write(new Handover(handover.session(), choices), "esft");
        return content();
    }

    private void write(Handover handover, String format) {
        handover.write(HandoverFormats.of(format), file());
    }

    private static Handover at(Handover handover, String scope) {
        Choices choices = new Choices(
                Optional.of("r"),
                Optional.of(scope),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new Handover(handover.session(), choices);
    }

    private Path file() {
        return directory.resolve("handed-over");
    }

    private String content() {
        try {
            return Files.readString(file());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ImportedRun run(TracedSequence... sequences) {
        return imported(List.of(sequences), List.of());
    }

    private static ImportedRun imported(List<TracedSequence> sequences, List<ExpertCounts> counts) {
        return ImportedRun.of("r", "test", "m", 3, 4, 2, Map.of(), sequences, counts);
    }

    private static TracedSequence question(String name, String subject, boolean weighed, int tokens) {
        int[] experts = tokens == 1 ? new int[] {0, 1} : new int[] {0, 1, 2, 1};
        int[] positions = tokens == 1 ? new int[] {0} : new int[] {0, 1};
        float[] weights = weighed ? Arrays.copyOf(WEIGHTS, 2 * tokens) : UNKNOWN;
        TracedLayer layer = new TracedLayer(1, 2, positions, experts, weighed, weights, UNKNOWN);
        return new TracedSequence(name, Optional.of(subject), "", new int[0], tokens, List.of(layer))
                .answered(new TracedAnswer(name, "", "A", Optional.empty(), true));
    }
}
