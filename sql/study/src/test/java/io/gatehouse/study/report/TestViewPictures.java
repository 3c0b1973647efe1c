package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.base.Resources;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.run.ExpertsOfRun;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunTask;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import io.gatehouse.study.Figure;
import io.gatehouse.study.Part;
import io.gatehouse.study.Rows;
import io.gatehouse.study.Study.Evidence;
import io.gatehouse.weights.ExpertWeights;
import io.gatehouse.weights.WeightListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pictures of docs/views.md are those of the sample: run 1 as it is, run 2 without the experts that run 1 did not use
 * at the tokens that answer. With -Dgatehouse.write.docs=true they are drawn anew.
 */
final class TestViewPictures {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root", "."));
    private static final Path PICTURES = ROOT.resolve("docs").resolve("views");
    private static final Path SAMPLE = ROOT.resolve("core").resolve("sample");
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");

    /** Another processor may add up in another order, and round a place to the next tenth of a pixel. */
    private static final double ROUNDING = 0.11;

    @TempDir
    private Path directory;

    @Test
    void picturesAreThoseOfTheSample() throws Exception {
        Map<String, String> pictures;
        try (Store store = Store.create(directory.resolve("sample.duckdb"))) {
            record(store);
            try (QueryEngine engine = new QueryEngine(store)) {
                pictures = pictures(engine);
            }
        }
        if (Boolean.getBoolean("gatehouse.write.docs")) {
            write(pictures);
        }
        assertThat(files())
                .as("docs/views has the pictures of views that have one")
                .isEqualTo(names(pictures));
        for (Map.Entry<String, String> picture : pictures.entrySet()) {
            String file = Files.readString(PICTURES.resolve(picture.getKey()));
            assertThat(shape(file))
                    .as(
                            "docs/views/%s is stale; draw it with -Dtest=TestViewPictures -Dgatehouse.write.docs=true",
                            picture.getKey())
                    .isEqualTo(shape(picture.getValue()));
            assertThat(numbers(file))
                    .as(picture.getKey())
                    .containsExactly(numbers(picture.getValue()), within(ROUNDING));
            assertThat(file.length()).as("size of %s", picture.getKey()).isLessThan(60_000);
        }
    }

    private static void record(Store store) {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(520);
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"))) {
            run(checkpoint, store, quiz, "whole", Interventions.NONE);
            run(
                    checkpoint,
                    store,
                    quiz,
                    "pruned",
                    new Interventions(
                            ExpertsOfRun.unused(store, "whole", Optional.of(Scope.LAST_PROMPT)),
                            Map.of(),
                            OptionalInt.empty()));
            ExpertWeights.record(checkpoint, store, Optional.empty(), WeightListener.SILENT);
        }
    }

    private static void run(Checkpoint checkpoint, Store store, Quiz quiz, String name, Interventions interventions) {
        Recording recording = new Recording(Scope.PROMPT, Recording.Probabilities.LAST_PROMPT, true);
        try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT.with(interventions))) {
            new QuizRun(checkpoint, engine, store, "test")
                    .execute(new RunTask(name, quiz, PromptFormat.HENDRYCKS, 0, recording), new RunListener() {
                        @Override
                        public void progress(RunProgress progress) {}

                        @Override
                        public boolean cancelled() {
                            return false;
                        }
                    });
        }
    }

    private static Map<String, String> pictures(QueryEngine engine) {
        Map<String, String> pictures = new TreeMap<>();
        for (AnalysisView view : AnalysisView.all()) {
            figure(view).ifPresent(figure -> {
                Evidence evidence = new Evidence(figure, Rows.of(engine, "SELECT 1"), Rows.of(engine, figure.detail()));
                assertThat(evidence.detail().known(figure.drawn()).isEmpty())
                        .as("%s has nothing to draw", view.name())
                        .isFalse();
                pictures.put(view.name() + ".svg", alone(Picture.of(evidence).orElseThrow()));
            });
        }
        return pictures;
    }

    /** The picture that the head of a view asks for: a figure of the report, or one of its own. */
    private static Optional<Figure> figure(AnalysisView view) {
        List<String> lines =
                view.sections().getOrDefault("Picture", "table").lines().toList();
        List<String> words = List.of(lines.get(0).split(" ", -1));
        return switch (words.get(0)) {
            case "table" -> Optional.empty();
            case "figure" ->
                Stream.of(Part.values())
                        .flatMap(part -> part.figures(1, "prompt").stream())
                        .filter(figure -> figure.name().equals(words.get(1)))
                        .findFirst();
            default -> {
                Map<String, String> parts = new LinkedHashMap<>(Map.of(Figure.KIND, words.get(0)));
                for (String word : words.subList(1, words.size())) {
                    parts.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
                }
                yield Optional.of(new Figure(
                        view.name(),
                        "",
                        Figure.Text.of(view.name()),
                        List.of(view.name()),
                        parts,
                        Map.of(),
                        "",
                        String.join("\n", lines.subList(1, lines.size()))));
            }
        };
    }

    /** A picture of the report as a file of its own, with the report's colours and without what one would point at. */
    private static String alone(String picture) {
        String style = Resources.text(HtmlReport.class, "style.css");
        String colours = style.substring(0, style.indexOf("}\n") + 2);
        String rules = Stream.of(style.split("\n", -1))
                .filter(line -> line.startsWith("svg "))
                .reduce("", (all, line) -> all + line + "\n");
        return picture.replaceFirst("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ")
                .replaceFirst(
                        ">\\R",
                        ">\n<style>\n%s%ssvg { font-family: var(--sans); }\n</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"var(--ground)\"/>\n"
                                .formatted(colours, rules))
                .replaceAll("<title>[^<]*</title>", "")
                .replace("\r", "");
    }

    private static void write(Map<String, String> pictures) throws Exception {
        Files.createDirectories(PICTURES);
        for (String name : files()) {
            Files.delete(PICTURES.resolve(name));
        }
        for (Map.Entry<String, String> picture : pictures.entrySet()) {
            Files.writeString(PICTURES.resolve(picture.getKey()), picture.getValue());
        }
    }

    private static List<String> files() throws Exception {
        try (Stream<Path> files = Files.list(PICTURES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> names(Map<String, String> pictures) {
        return new ArrayList<>(pictures.keySet());
    }

    /** All but the numbers. */
    private static String shape(String picture) {
        return NUMBER.matcher(picture).replaceAll("0");
    }

    private static double[] numbers(String picture) {
        return NUMBER.matcher(picture)
                .results()
                .map(MatchResult::group)
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
