package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.testing.jdbc.DriverAnswers;
import io.gatehouse.testing.jdbc.DriverSweep;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the driver answers over a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestServerDriverAnswers {
    private TestingServer server;
    private String url;
    private DriverAnswers answers;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(folder);
        url = "jdbc:gatehouse://127.0.0.1:" + server.uri().getPort();
        answers = new DriverAnswers(url);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void daysAndMomentsAreTimestamps() throws Exception {
        answers.daysAndMomentsAreTimestamps();
    }

    @Test
    void parametersHaveNoNames() throws Exception {
        answers.parametersHaveNoNames();
    }

    @Test
    void parametersAreTypedByWhatStandsAroundThem() throws Exception {
        answers.parametersAreTypedByWhatStandsAroundThem();
    }

    @Test
    void nullHasAType() throws Exception {
        answers.nullHasAType();
    }

    @Test
    void anEmptyResultHasNoPlaceBeforeItsFirstRow() throws Exception {
        answers.anEmptyResultHasNoPlaceBeforeItsFirstRow();
    }

    @Test
    void textsComeAndGoInEveryForm() throws Exception {
        answers.textsComeAndGoInEveryForm();
    }

    @Test
    void listsAreTextsWhereAsked() throws Exception {
        answers.listsAreTextsWhereAsked();
    }

    @Test
    void textColumnsHaveALengthInBytes() throws Exception {
        answers.textColumnsHaveALengthInBytes();
    }

    @Test
    void unknownConstantsAreRefused() throws Exception {
        answers.unknownConstantsAreRefused();
    }

    @Test
    void openObjectsThrowNothingButSqlExceptions() throws Exception {
        assertThat(new DriverSweep(url).faultsOfOpenObjects()).isEmpty();
    }

    @Test
    void closedObjectsThrowSqlExceptions() throws Exception {
        assertThat(new DriverSweep(url).faultsOfClosedObjects()).isEmpty();
    }

    /** A pool throws away a connection whose statement ends in an error of the connection. */
    @Test
    void whatIsTooLargeLeavesTheConnectionAlone() throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement("SELECT length(?)")) {
            for (int size : new int[] {1_000_000, 3_000_000, 20_000_000}) {
                statement.setString(1, "x".repeat(size));
                assertThatThrownBy(statement::executeQuery)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState())
                                        .as(e.getMessage())
                                        .isEqualTo("54000"))
                        .hasMessageContaining("larger than 1000000 bytes");
                statement.setString(1, "x".repeat(900_000));
                try (ResultSet rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(900_000);
                }
            }
            try (Statement other = connection.createStatement()) {
                assertThatThrownBy(() -> other.executeQuery("SELECT '" + "x".repeat(2_000_000) + "'"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("54000"));
            }
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    /** The jar alone, as tools have it. */
    @Test
    void theJarSaysItsVersion() throws Exception {
        Path target = Path.of(System.getProperty("gatehouse.root"), "sql", "jdbc", "target");
        Path jar;
        try (Stream<Path> files = Files.list(target)) {
            jar = files.filter(file -> file.getFileName().toString().matches("gatehouse-jdbc-.*\\.jar"))
                    .findFirst()
                    .orElse(target);
        }
        assumeTrue(Files.isRegularFile(jar), "The driver has not been packaged");
        assertThat(target)
                .as("the jar without its dependencies is no driver")
                .isDirectoryNotContaining("glob:**original-*.jar");
        String version;
        try (JarFile opened = new JarFile(jar.toFile())) {
            version = opened.getManifest().getMainAttributes().getValue("Implementation-Version");
        }
        try (URLClassLoader alone =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Driver driver = (Driver) alone.loadClass("io.gatehouse.jdbc.Driver")
                    .getDeclaredConstructor()
                    .newInstance();
            try (Connection connection = driver.connect(url, new Properties())) {
                assertThat(connection.getMetaData().getDriverVersion())
                        .isEqualTo(version)
                        .matches("\\d+\\.\\d+\\.\\d+.*");
                assertThat(driver.getMinorVersion()).isEqualTo(Integer.parseInt(version.split("\\.", -1)[1]));
            }
        }
    }
}
