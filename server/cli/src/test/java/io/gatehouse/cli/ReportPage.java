package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.study.Rows;
import io.gatehouse.study.report.NumberText;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The page of a study, as a reader takes it apart. */
record ReportPage(String html) {
    private static final Pattern FIGURE =
            Pattern.compile("<section class=\"figure\" id=\"(\\w+)\">(.*?)</section>", Pattern.DOTALL);

    /** Names of its figures, in their order. */
    List<String> figures() {
        return all(FIGURE, html).stream().map(figure -> figure.group(1)).toList();
    }

    /** Asks every statement of the page, and finds every number that stands beside one among its answers. */
    void assertNumbersComeFrom(QueryEngine engine) {
        Set<String> leads = new HashSet<>();
        for (MatchResult figure : all(FIGURE, html)) {
            String name = figure.group(1);
            String text = figure.group(2);
            Set<String> inSentences = written(engine, statement(text, "sentences"));
            List<String> values = contents(text, "data");
            assertThat(values).as(name).isNotEmpty();
            assertThat(inSentences).as(name).containsAll(values);
            leads.addAll(inSentences);
            assertThat(sentence(text).replace("95%", "").replace("5%", ""))
                    .as("prose of %s", name)
                    .doesNotContainPattern("\\d");
            Set<String> inRows = written(engine, statement(text, "rows"));
            List<String> cells = contents(text, "td");
            assertThat(cells).as(name).isNotEmpty();
            assertThat(inRows).as(name).containsAll(cells);
        }
        List<String> lead = contents(html.replaceAll("(?s)<section.*", ""), "data");
        assertThat(lead).isNotEmpty();
        assertThat(leads).as("the lead").containsAll(lead);
    }

    /** Finds a picture, a table or a reason in every figure, and whole sentences with a number in the singular where it is 1. */
    void assertComplete(String run) {
        assertThat(html)
                .as(run)
                .doesNotContain("NaN", ">null<", "Infinity")
                .doesNotContainPattern("<div class=\"found\">\\s*</div>");
        for (MatchResult figure : all(FIGURE, html)) {
            String name = run + ": " + figure.group(1);
            String text = figure.group(2);
            assertThat(text.contains("<svg") || text.contains("<td") || text.contains(">No chart: "))
                    .as("%s has a picture, a table or a reason", name)
                    .isTrue();
            contents(text, "p class=\"finding\"").forEach(sentences -> assertSentences(name, sentences));
        }
        contents(html.replaceAll("(?s)<section.*", ""), "p").forEach(lead -> assertSentences(run, lead));
        contents(html, "dd").forEach(reason -> assertThat(reason).as(run).isNotBlank());
    }

    private static void assertSentences(String name, String html) {
        String text = html.replaceAll("<[^>]*>", "");
        assertThat(text)
                .as(name)
                .endsWith(".")
                .doesNotContain("  ", " .", " ,", "()", "{", "[")
                .doesNotContainPattern("(?<![.,\\d])1 (?!(?:is|has|does|differs|changes)\\b)\\w+s\\b")
                .doesNotContainPattern("(?<![.,\\d])([\\d.]+%?) to \\1(?![.,\\d])");
    }

    private static Set<String> written(QueryEngine engine, String sql) {
        Set<String> written = new HashSet<>();
        Rows.of(engine, sql).rows().forEach(row -> row.forEach(value -> written.addAll(NumberText.allVariants(value))));
        return written;
    }

    private static String statement(String figure, String kind) {
        return plain(contents(figure, "pre class=\"%s\"".formatted(kind)).get(0));
    }

    private static String sentence(String figure) {
        return contents(figure, "p class=\"finding\"").get(0).replaceAll("<data>.*?</data>", "");
    }

    private static List<String> contents(String html, String tag) {
        String name = tag.split(" ", -1)[0];
        Pattern element = Pattern.compile("<%s(?: class=\"words\")?>(.*?)</%s>".formatted(tag, name), Pattern.DOTALL);
        return all(element, html).stream().map(match -> plain(match.group(1))).toList();
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static String plain(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }
}
