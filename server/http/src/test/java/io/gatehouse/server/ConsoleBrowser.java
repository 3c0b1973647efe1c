package io.gatehouse.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The console of a real server over a real file, which all tests of a class share, in a real browser, which each test has
 * anew. A severe message of the browser fails the test.
 */
final class ConsoleBrowser implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private final Function<Path, TestingServer> starting;
    private final String fragment;
    private final Consumer<Browser> ready;

    private @Nullable Path folder;
    private @Nullable TestingServer server;
    private @Nullable Browser browser;

    private ConsoleBrowser(Function<Path, TestingServer> starting, String fragment, Consumer<Browser> ready) {
        this.starting = starting;
        this.fragment = fragment;
        this.ready = ready;
    }

    /**
     * @param starting makes the server in an empty folder
     * @param fragment what each test opens, from the # on
     * @param ready waits until that is there
     */
    static ConsoleBrowser over(Function<Path, TestingServer> starting, String fragment, Consumer<Browser> ready) {
        return new ConsoleBrowser(starting, fragment, ready);
    }

    /** The query screen over the seeded file, when the rows of its first example are there. */
    static ConsoleBrowser atQuery() {
        return over(TestingServer::start, "#screen=query", page -> page.awaitText("[role=status]", "1 row in"));
    }

    /** A server over a file with a second run of the same shape. */
    static TestingServer withTwoRuns(TestingServer server) {
        SeededFile.addRun(server.store(), "second", 8);
        return server;
    }

    TestingServer server() {
        return requireNonNull(server, "the server is started before all tests");
    }

    Browser browser() {
        return requireNonNull(browser, "a browser is opened before each test");
    }

    /** A browser of its own for a second reader, which the test closes. */
    Browser another(String fragment) throws IOException {
        return Browser.open(URI.create(server().uri() + fragment), emptyFolder());
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Browser.assumePresent();
        folder = Files.createTempDirectory("gatehouse-console");
        server = starting.apply(emptyFolder());
        server.assumeConsole();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        browser = another(fragment);
        ready.accept(browser);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (browser != null) {
            List<String> severe = browser.severeMessages();
            browser.close();
            browser = null;
            assertThat(severe).as("severe messages of the browser").isEmpty();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private Path emptyFolder() throws IOException {
        return Files.createTempDirectory(requireNonNull(folder, "the folder is made before all tests"), "");
    }
}
