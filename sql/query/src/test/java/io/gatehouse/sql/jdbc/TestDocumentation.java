package io.gatehouse.sql.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sample.routing.SyntheticRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/jdbc.md compile and do what the text says. */
final class TestDocumentation {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void examplesRun(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("routing.duckdb");
        SyntheticRun.write(file, 100_000);
        Path text = Path.of(System.getProperty("gatehouse.root"), "docs", "jdbc.md");
        List<String> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(Files.readString(text));
        while (matcher.find()) {
            examples.add(matcher.group(1).replace("System.out.", "out."));
        }
        assertThat(examples).hasSize(3);
        Path source = folder.resolve("Examples.java");
        StringBuilder program = new StringBuilder("import java.sql.*;\nimport java.util.*;\npublic class Examples {\n");
        for (int i = 0; i < examples.size(); i++) {
            program.append("public static void example%d(String url, java.io.PrintStream out) throws Exception {\n%s}\n"
                    .formatted(i, examples.get(i)));
        }
        Files.writeString(source, program + "}\n");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
                .as(program.toString())
                .isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Class<?> compiled = loader.loadClass("Examples");
            String url = "jdbc:gatehouse:" + file;
            assertThat(run(compiled, 0, url)).hasSize(5).allMatch(line -> line.matches("\\d+ fired \\d+ times"));
            assertThat(run(compiled, 1, url)).hasSize(3).allMatch(line -> line.matches("\\[\\d+(, \\d+){7}]"));
            assertThat(run(compiled, 2, url))
                    .containsExactly(
                            "42000: Column 'expret' not found in any table; did you mean 'expert'? (line 1, column 8)");
        }
    }

    private static List<String> run(Class<?> compiled, int example, String url) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            compiled.getMethod("example" + example, String.class, PrintStream.class)
                    .invoke(null, url, out);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
