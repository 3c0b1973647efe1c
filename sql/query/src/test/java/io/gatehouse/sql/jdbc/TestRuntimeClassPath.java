package io.gatehouse.sql.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sample.routing.SyntheticRun;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jdbc:gatehouse:FILE} needs this module and what it depends on at run time, and no engine, server or tokenizer. */
final class TestRuntimeClassPath {
    private static final Path MODULE = Path.of(System.getProperty("gatehouse.root"), "sql", "query");
    private static final long MAX_BYTES = 120_000_000;
    private static final List<String> ABSENT =
            List.of("tensorflow", "javacpp", "djl", "tokenizers", "jinjava", "javalin", "jetty", "picocli");

    @TempDir
    private Path directory;

    @Test
    void holdsNoEngineAndNoServer() throws Exception {
        long bytes = 0;
        for (String entry : classPath().split(File.pathSeparator, -1)) {
            assertThat(ABSENT).as(entry).noneMatch(Path.of(entry).getFileName().toString()::contains);
            assertThat(entry).as(entry).doesNotContain("/org/tensorflow/", "/ai/djl/");
            bytes += Files.isRegularFile(Path.of(entry)) ? Files.size(Path.of(entry)) : 0;
        }
        assertThat(bytes).isBetween(1L, MAX_BYTES);
    }

    @Test
    void answersAQuery() throws Exception {
        Path database = directory.resolve("routing.duckdb");
        SyntheticRun.write(database, 10_000);
        Path program = Files.writeString(directory.resolve("Ask.java"), """
                import java.sql.DriverManager;

                public class Ask {
                    public static void main(String[] arguments) throws Exception {
                        try (var connection = DriverManager.getConnection("jdbc:gatehouse:" + arguments[0]);
                                var statement = connection.createStatement();
                                var rows = statement.executeQuery("SELECT count(*) FROM runs")) {
                            rows.next();
                            System.out.print("runs: " + rows.getLong(1));
                        }
                    }
                }
                """);
        Path output = directory.resolve("output");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Like the tests' own JVMs, it runs too short for C2 and G1 to pay off.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "-cp",
                        MODULE.resolve("target/classes") + File.pathSeparator + classPath(),
                        program.toString(),
                        database.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode = java.waitFor();
        assertThat(Files.readString(output)).endsWith("runs: 1");
        assertThat(exitCode).isZero();
    }

    private static String classPath() throws Exception {
        return Files.readString(MODULE.resolve("target/runtime-class-path"), StandardCharsets.UTF_8)
                .strip();
    }
}
