package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.testing.sql.ViewProperty;
import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every view is tested by an answer worked out by hand, and by properties. */
final class TestViewProperties {
    private final long seed = Long.getLong("gatehouse.test.seed", 20_261_125L);

    @Test
    void everyViewHasAnAnswerWorkedOutByHand() throws Exception {
        assertThat(testMethods()
                        .filter(method -> method.isAnnotationPresent(ByHand.class))
                        .peek(method -> assertThat(method.isAnnotationPresent(Test.class))
                                .as("%s is run", method)
                                .isTrue())
                        .flatMap(method ->
                                Arrays.stream(method.getAnnotation(ByHand.class).value()))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(names());
    }

    @Test
    void everyViewHasProperties() throws Exception {
        try (Stream<Path> files = Files.list(ViewProperty.FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".sql", "")))
                    .containsExactlyInAnyOrderElementsOf(names());
        }
        for (AnalysisView view : AnalysisView.all()) {
            assertThat(ViewProperty.of(view.name()))
                    .as(view.name())
                    .hasSizeGreaterThan(1)
                    .allMatch(property -> property.sql().contains(view.name()));
        }
    }

    @Test
    void propertiesHoldOfFilesMadeByHand() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            requireAll(engine, "comparable.data.sql");
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        try (RoutingFile file = RandomRouting.file(seed, Integer.getInteger("gatehouse.test.quizzes", 12));
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (AnalysisView view : AnalysisView.all()) {
                assertThat(Rows.of(engine, "SELECT count(*) > 0 FROM " + view.name())
                                .rows())
                        .as("%s has rows of which to hold, seed %d", view.name(), seed)
                        .containsExactly(List.of(true));
            }
            requireAll(engine, "seed %d".formatted(seed));
        }
    }

    private static void requireAll(QueryEngine engine, String where) throws IOException {
        ViewProperty.requireAll(names(), sql -> Rows.of(engine, sql).rows(), where);
    }

    private static List<String> names() {
        return AnalysisView.all().stream().map(AnalysisView::name).toList();
    }

    private static Stream<Method> testMethods() throws Exception {
        Path directory = Path.of(
                Objects.requireNonNull(TestViewProperties.class.getResource("")).toURI());
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("Test\\w+\\.class"))
                    .map(name ->
                            "%s.%s".formatted(TestViewProperties.class.getPackageName(), name.replace(".class", "")))
                    .toList();
            Stream<Method> methods = Stream.empty();
            for (String name : names) {
                methods =
                        Stream.concat(methods, Arrays.stream(Class.forName(name).getDeclaredMethods()));
            }
            return methods;
        }
    }
}
