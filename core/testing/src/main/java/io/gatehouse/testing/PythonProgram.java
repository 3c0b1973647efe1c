package io.gatehouse.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The Python that {@code -Dgatehouse.test.python} names, by default python3, with the package of {@code sql/python}. Tests
 * skip what it lacks.
 *
 * @param command name or path
 * @param folder where its output goes
 */
public record PythonProgram(String command, Path folder) {
    /** The Python package of the repository. */
    public static final Path PACKAGE = Path.of(System.getProperty("gatehouse.root", ""), "sql", "python");

    private static final Duration LIMIT = Duration.ofMinutes(10);

    public PythonProgram {
        requireNonNull(command, "command is null");
        requireNonNull(folder, "folder is null");
    }

    /** What a program printed on both streams. */
    public record Output(int exit, String text) {}

    public static PythonProgram in(Path folder) {
        return new PythonProgram(System.getProperty("gatehouse.test.python", "python3"), folder);
    }

    /** Whether it is a Python 3.9 or newer that has all of some modules. */
    public boolean has(String... modules) {
        String imports = modules.length == 0 ? "" : "; import " + String.join(", ", modules);
        try {
            return run(Map.of(), "-c", "import sys; assert sys.version_info >= (3, 9)" + imports)
                            .exit()
                    == 0;
        } catch (UncheckedIOException e) {
            // No Python at all.
            return false;
        }
    }

    /** Runs it with arguments, and with more variables in its environment. */
    public Output run(Map<String, String> environment, String... arguments) {
        try {
            Path text = Files.createTempFile(folder, "python", ".txt");
            ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(command), Stream.of(arguments))
                            .toList())
                    .redirectErrorStream(true)
                    .redirectOutput(text.toFile());
            builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
            builder.environment().put("PYTHONPATH", PACKAGE.resolve("src").toString());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException(
                            "%s ran more than %s: %s".formatted(List.of(arguments), LIMIT, Files.readString(text)));
                }
            } finally {
                process.destroyForcibly();
            }
            return new Output(process.exitValue(), Files.readString(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
