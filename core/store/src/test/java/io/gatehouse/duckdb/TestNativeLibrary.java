package io.gatehouse.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.JavaCommand;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native library is unpacked once, and a process that is killed leaves nothing in the folder for temporary files. */
final class TestNativeLibrary {
    private static final String LIBRARY = "libduckdb_java-[0-9a-f]{8}-[0-9]+\\.so";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void killedProcessesLeaveNothing() throws Exception {
        Path cache = directory.resolve("cache");
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(cache, temporary));
        }
        kill(processes);
        assertThat(names(temporary)).isEmpty();
        assertThat(names(cache.resolve("gatehouse"))).hasSize(1).allMatch(name -> name.matches(LIBRARY));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.resolve("gatehouse"))))
                .isEqualTo("rwx------");
    }

    /** A folder that anybody may write is not trusted, and one that cannot be made is not needed. */
    @Test
    void withoutACacheTheDriverUnpacks() throws Exception {
        Path open = Files.createDirectories(directory.resolve("open/gatehouse"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path file = Files.writeString(directory.resolve("file"), "");
        for (Path cache : List.of(directory.resolve("open"), file)) {
            Path temporary = Files.createTempDirectory(directory, "temporary");
            kill(List.of(start(cache, temporary)));
            assertThat(names(temporary)).hasSize(1).allMatch(name -> name.startsWith("libduckdb_java"));
        }
        assertThat(names(open)).isEmpty();
    }

    @Test
    void whatIsCutIsWrittenAnewAndPartsOfTheDeadGo() throws IOException {
        LibraryCache cache = LibraryCache.of(directory.resolve("c")).orElseThrow();
        Files.writeString(cache.folder().resolve("a"), "cu");
        Files.writeString(cache.folder().resolve("a.part-999999999"), "x");
        byte[] content = {1, 2, 3};
        Optional<Path> file = cache.find("a", 3, () -> new ByteArrayInputStream(content));
        assertThat(file.map(Path::getFileName).map(Path::toString)).contains("a");
        assertThat(Files.readAllBytes(file.orElseThrow())).isEqualTo(content);
        assertThat(cache.find("b", 4, () -> new ByteArrayInputStream(content))).isEmpty();
        assertThat(names(cache.folder())).containsExactly("a");
    }

    private static Process start(Path cache, Path temporary) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                JavaCommand.of(OpenAndWait.class, List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData")));
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void kill(List<Process> processes) throws IOException {
        try {
            for (Process process : processes) {
                assertThat(process.inputReader().readLine()).isEqualTo("DuckDB");
            }
        } finally {
            for (Process process : processes) {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
