package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A page as a browser prints it on A4. */
final class PrintedPage {
    private PrintedPage() {}

    /**
     * Returns the number of sheets; skips the test where there is no browser, except with {@code CI=true}.
     *
     * @param folder for the files of the browser
     */
    static long count(Path page, Path folder) throws Exception {
        Files.createDirectories(folder);
        Path pdf = folder.resolve("page.pdf");
        Path log = folder.resolve("log");
        Path browser = Path.of("/usr/bin/chromium");
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeThat(browser).exists();
        }
        Process print = new ProcessBuilder(
                        browser.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--no-pdf-header-footer",
                        "--print-to-pdf=" + pdf,
                        page.toUri().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(print.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(pdf).as(Files.readString(log)).exists();
        return Pattern.compile("/Type\\s*/Page\\b(?!s)")
                .matcher(Files.readString(pdf, StandardCharsets.ISO_8859_1))
                .results()
                .count();
    }
}
