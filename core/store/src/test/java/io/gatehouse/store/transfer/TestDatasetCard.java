package io.gatehouse.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.base.Resources;
import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.schema.Column;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.StoredTable;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.testing.PythonProgram;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The card of a directory with two runs, one of which is not finished and one of which has a name like markup. */
final class TestDatasetCard {
    private static final String ODD = "a | \"b\" ${runs} *c* \\";
    private static final Pattern FILES = Pattern.compile("(?m)^ +(?:data_files|path): (.+\\.parquet)$");

    @TempDir
    private Path directory;

    private Path exported = Path.of("");

    @BeforeEach
    void export() {
        Path file = directory.resolve("a.duckdb");
        exported = directory.resolve("exported");
        RandomRun odd = new RandomRun(RandomRun.description(ODD, 3, 8, 2, Scope.PROMPT), 9, 1);
        RandomRun last = new RandomRun(RandomRun.description("last", 3, 8, 2, Scope.LAST_PROMPT), 9, 2);
        try (Store store = Store.create(file)) {
            try (RunWriter writer = store.startRun(odd.description(), RandomRun.questions(6))) {
                writer.write(odd.shard(writer, 1, 4, 6));
                writer.write(odd.shard(writer, 0, 0, 4));
                writer.finish(RunStatus.COMPLETE);
            }
            try (RunWriter writer = store.startRun(last.description(), RandomRun.questions(5))) {
                writer.write(last.shard(writer, 3, 1, 3));
            }
            store.savedQueries().save("mine", "SELECT 2", "");
        }
        Store.export(file, exported, ExportListener.none());
    }

    @Test
    void namesEveryFileOnce() throws IOException {
        List<String> patterns =
                FILES.matcher(card()).results().map(found -> found.group(1)).toList();
        Map<String, Integer> named = new HashMap<>();
        Set<String> files = Set.copyOf(parquet());
        for (String pattern : patterns) {
            List<String> matching = files.stream()
                    .filter(file -> FileSystems.getDefault()
                            .getPathMatcher("glob:" + pattern)
                            .matches(Path.of(file)))
                    .toList();
            assertThat(matching).as(pattern).isNotEmpty();
            matching.forEach(file -> named.merge(file, 1, Integer::sum));
        }
        assertThat(named.keySet()).isEqualTo(files);
        assertThat(named.values()).containsOnly(1);
        assertThat(card()).contains("""
                - config_name: answers
                  data_files:
                  - split: run_1
                    path: answers/run_id=1/shard=*/*.parquet
                  - split: run_2
                    path: answers/run_id=2/shard=*/*.parquet
                """);
    }

    @Test
    void saysRunsAndColumns() throws IOException {
        assertThat(card())
                .contains("""
                        | 1 | a \\| "b" ${runs} \\*c\\* \\\\ | tiny | quiz | 6 | complete | prompt | 3 | 8 | 2 |
                        | 2 | last | tiny | quiz | 5 | running | last_prompt | 3 | 8 | 2 |
                        """)
                .doesNotContain("query_history")
                .contains("version %d of its schema".formatted(DatabaseSchema.VERSION));
        List<String> relations = parquet().stream()
                .map(file -> file.substring(0, file.indexOf('/')))
                .distinct()
                .toList();
        for (String relation : relations) {
            assertThat(card()).contains("\n### " + relation + "\n");
            StoredTable table = StoredTable.exported().stream()
                    .filter(known -> known.name().equals(relation))
                    .findFirst()
                    .orElseThrow();
            for (Column column : table.columns()) {
                assertThat(card())
                        .contains("\n| %s | %s | "
                                .formatted(column.name(), column.type().replaceAll("[\\[\\]]", "\\\\$0")));
            }
        }
    }

    /** As a cluster does it: the card has the runs that the directory shows, unless a user has changed it. */
    @Test
    void isWrittenAnewForTheRunsThatAreShown() throws Exception {
        DirectoryRegister register = DirectoryRegister.read(exported, directory.resolve("register.duckdb"));
        Path local = Files.createDirectory(directory.resolve("local"));
        Set<String> folders = Set.copyOf(folders());
        assertThat(register.writeCard(folders, local)).containsExactly("README.md");
        assertThat(local.resolve("README.md")).hasContent(card());

        List<String> shown = new ArrayList<>(folders);
        shown.remove("runs/run_id=1");
        register.writeCard(Set.copyOf(shown), local);
        assertThat(local.resolve("README.md"))
                .content()
                .doesNotContain("run_id=1")
                .contains("| 2 | last |");
        shown.remove("runs/run_id=2");
        assertThat(register.writeCard(Set.copyOf(shown), local)).isEmpty();

        assertThat(DirectoryRegister.isReplaceableCard(card())).isTrue();
        assertThat(DirectoryRegister.isReplaceableCard(card().replaceFirst("(?m)^# Written by .*\n", "")))
                .isFalse();
    }

    @Test
    void yamlReadsIt() {
        assertThat(python("yaml")).isEqualTo("""
                pretty_name tags configs
                Expert routing of tiny
                mixture-of-experts expert-routing interpretability gatehouse
                %d True
                """.formatted(parquetFolders()));
    }

    /** Each relation, with a split for each run. */
    @Test
    void datasetsLoadsIt() throws Exception {
        List<String> loaded = python("datasets").lines().toList();
        try (Store store = Store.open(exported)) {
            for (String line : loaded) {
                String[] parts = line.split(" ", -1);
                String rows = "SELECT count(*) FROM " + parts[0]
                        + (parts[1].equals("train") ? "" : " WHERE run_id = " + parts[1].substring("run_".length()));
                assertThat(Rows.count(store, rows)).as(line).isEqualTo(Long.parseLong(parts[2]));
            }
        }
        assertThat(loaded).contains("answers run_1 6", "answers run_2 2", "questions train 6");
    }

    private String python(String library) {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has(library), "%s lacks %s".formatted(python.command(), library));
        Path script = directory.resolve("dataset_card.py");
        try {
            Files.writeString(script, Resources.text(TestDatasetCard.class, "dataset_card.py"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        PythonProgram.Output output = python.run(
                Map.of("HF_HOME", directory.resolve("hf").toString(), "HF_DATASETS_DISABLE_PROGRESS_BARS", "1"),
                script.toString(),
                library,
                exported.toString());
        assertThat(output.exit()).as(output.text()).isZero();
        return output.text();
    }

    private String card() throws IOException {
        return Files.readString(exported.resolve("README.md"));
    }

    private long parquetFolders() {
        return parquet().stream()
                .map(file -> file.substring(0, file.indexOf('/')))
                .distinct()
                .count();
    }

    private List<String> parquet() {
        try (Stream<Path> paths = Files.walk(exported)) {
            return paths.map(path -> exported.relativize(path).toString())
                    .filter(name -> name.endsWith(".parquet"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> folders() throws IOException {
        try (Stream<Path> paths = Files.walk(exported, 2)) {
            return paths.filter(Files::isDirectory)
                    .map(path -> exported.relativize(path).toString())
                    .toList();
        }
    }
}
