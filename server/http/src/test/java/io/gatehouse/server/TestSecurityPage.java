package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every promise of SECURITY.md names tests that there are. */
final class TestSecurityPage {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Pattern TEST = Pattern.compile("`(Test\\w+)`");

    @Test
    void itsTestsExist() throws Exception {
        Set<String> tests = Stream.of("core", "sql", "server")
                .flatMap(TestSecurityPage::modules)
                .flatMap(TestSecurityPage::tests)
                .collect(Collectors.toSet());
        List<String> promises = Files.readString(ROOT.resolve("SECURITY.md"))
                .lines()
                .filter(line -> line.matches("\\| P\\d .*"))
                .toList();
        assertThat(promises).hasSize(6);
        for (String promise : promises) {
            List<String> named =
                    TEST.matcher(promise).results().map(match -> match.group(1)).toList();
            assertThat(named).as(promise).isNotEmpty().isSubsetOf(tests);
        }
    }

    private static Stream<Path> modules(String name) {
        try (Stream<Path> folders = Files.list(ROOT.resolve(name))) {
            return folders.map(folder -> folder.resolve("src/test/java")).filter(Files::isDirectory).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> tests(Path module) {
        try (Stream<Path> files = Files.walk(module)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
