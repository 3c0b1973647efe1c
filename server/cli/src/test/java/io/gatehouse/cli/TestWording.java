package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.terminal.StopSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** One form for each thing in what users read: the help, and the pages, which have the comments of every relation. */
final class TestWording {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    /** 88.3% and 95% interval have no space; 7 % 4 is a remainder. */
    private static final Pattern SPACED = Pattern.compile("\\d %(?! ?\\d)");

    private static final Pattern UNNATURAL = Pattern.compile(
            "\\brightly\\b|\\bright (answer|choice|letter)|\\bknows no\\b|\\btold of\\b|on the average|on the mean of"
                    + "|at the begin\\b|\\bis dear\\b|\\bvouches\\b|no way back|\\bnearly others\\b|is choosing\\b"
                    + "|What changes without|token that answers|answering token",
            Pattern.CASE_INSENSITIVE);

    /** Commands say what they do, options what to do. */
    private static final Pattern THIRD_PERSON = Pattern.compile(
            "(Adds|Allows|Gives|Keeps|Makes|Prints|Reads|Removes|Replaces|Says|Sets|Shows|Takes|Uses|Writes)\\b.*");

    @Test
    void pagesHaveTheWordsOfTheField() throws Exception {
        List<Path> pages;
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            pages = Stream.concat(docs, Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")))
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
        }
        assertThat(pages).hasSizeGreaterThan(20);
        for (Path page : pages) {
            assertNatural(String.valueOf(page.getFileName()), Files.readString(page));
        }
    }

    /** The texts of the console and of the report stand among code, in which a remainder has spaces. */
    @Test
    void consoleAndReportHaveTheWordsOfTheField() throws Exception {
        for (String folder : List.of("web/src", "sql/study/src/main/resources")) {
            List<Path> sources;
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                sources = files.filter(file -> file.toString().matches(".*\\.(svelte|ts|sql|txt)"))
                        .toList();
            }
            assertThat(sources).hasSizeGreaterThan(30);
            for (Path source : sources) {
                assertThat(Files.readString(source)).as(source.toString()).doesNotContainPattern(UNNATURAL);
            }
        }
    }

    @Test
    void helpHasTheWordsOfTheField() {
        assertNatural(Gatehouse.commandLine(new StopSignal()));
    }

    private static void assertNatural(CommandLine command) {
        assertNatural(command.getCommandSpec().qualifiedName(), command.getUsageMessage());
        for (OptionSpec option : command.getCommandSpec().options()) {
            String where = command.getCommandSpec().qualifiedName() + " " + option.longestName();
            String description = String.join(" ", option.description());
            assertThat(description).as(where).doesNotMatch(THIRD_PERSON);
            assertNatural(where, description);
        }
        command.getSubcommands().values().forEach(TestWording::assertNatural);
    }

    private static void assertNatural(String where, String text) {
        assertThat(text).as(where).doesNotContainPattern(SPACED).doesNotContainPattern(UNNATURAL);
    }
}
