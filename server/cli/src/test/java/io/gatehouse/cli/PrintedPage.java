package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page as a browser prints it on A4, or shows it. */
final class PrintedPage {
    private PrintedPage() {}

    /**
     * Returns the number of sheets; skips the test where there is no browser, except with {@code CI=true}.
     *
     * @param folder for the files of the browser
     */
    static long count(Path page, Path folder) throws Exception {
        Path pdf = folder.resolve("page.pdf");
        String log = browse(page, folder, "--no-pdf-header-footer", "--print-to-pdf=" + pdf);
        assertThat(pdf).as(log).exists();
        return Pattern.compile("/Type\\s*/Page\\b(?!s)")
                .matcher(Files.readString(pdf, StandardCharsets.ISO_8859_1))
                .results()
                .count();
    }

    /**
     * Returns the text that a script returns in the page, in a window of a width; skips the test as {@link #count} does.
     *
     * @param script the body of a function
     */
    static String evaluated(Path page, Path folder, int width, String script) throws Exception {
        Files.createDirectories(folder);
        Path copy = folder.resolve("evaluated.html");
        Files.writeString(
                copy,
                Files.readString(page) + "<script>document.title = 'result:' + (() => {" + script
                        + "})() + ':';</script>");
        String shown = browse(copy, folder, "--window-size=%d,800".formatted(width), "--dump-dom");
        Matcher result = Pattern.compile("<title>result:(.*?):</title>").matcher(shown);
        assertThat(result.find()).as(shown).isTrue();
        return result.group(1);
    }

    /** Runs the browser to its end and returns what it printed. */
    private static String browse(Path page, Path folder, String... options) throws Exception {
        Files.createDirectories(folder);
        Path log = folder.resolve("log");
        Path browser = Path.of("/usr/bin/chromium");
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeThat(browser).exists();
        }
        List<String> command = new ArrayList<>(List.of(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(List.of(options));
        command.add(page.toUri().toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return Files.readString(log);
    }
}
