package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of the Python package against real servers. Skips without Python 3.9; {@code -Dgatehouse.test.python} names
 * one, by default python3. What needs pyarrow, pandas or polars runs where that Python has them.
 */
final class TestPythonClient {
    private static final Path PACKAGE = Path.of(System.getProperty("gatehouse.root"), "sql", "python");
    private static final String PYTHON = System.getProperty("gatehouse.test.python", "python3");
    private static final String TOKEN = "token-of-the-python-tests";

    @TempDir
    private Path directory;

    @Test
    void passesItsTests() throws Exception {
        assumeTrue(hasPython(), PYTHON + " is not a Python 3.9 or newer");
        AccessSettings access = new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of());
        try (TestingServer open = TestingServer.start(Files.createDirectory(directory.resolve("open")));
                TestingServer locked = TestingServer.start(
                        Files.createDirectory(directory.resolve("locked")),
                        settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            Output output = python(
                    Map.of(
                            "GATEHOUSE_TEST_URL", open.uri().toString(),
                            "GATEHOUSE_TEST_TOKEN_URL", locked.uri().toString(),
                            "GATEHOUSE_TEST_TOKEN", TOKEN),
                    "-m",
                    "unittest",
                    "discover",
                    "--verbose",
                    "--start-directory",
                    PACKAGE.resolve("tests").toString());
            assertThat(output.exit()).as(output.text()).isZero();
            assertThat(output.text())
                    .contains("test_fetches_rows_one_many_and_all")
                    .doesNotContain("GATEHOUSE_TEST_URL names no server");
        }
    }

    private boolean hasPython() throws InterruptedException {
        try {
            return python(Map.of(), "-c", "import sys; sys.exit(sys.version_info < (3, 9))")
                            .exit()
                    == 0;
        } catch (IOException e) {
            // No Python at all.
            return false;
        }
    }

    private record Output(int exit, String text) {}

    private Output python(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path text = directory.resolve("python.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(PYTHON), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .redirectOutput(text.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("PYTHONPATH", PACKAGE.resolve("src").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Output(process.exitValue(), Files.readString(text));
    }
}
