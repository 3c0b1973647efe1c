package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** A result as a chart, a plan and a file in a real browser. */
final class TestResultViews {
    private static final String STATUS = "[role=status]";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.atQuery();

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void drawsAChartOfItsOwnChoice() {
        browser.click("Accuracy by subject");
        browser.awaitText(STATUS, "3 rows in");
        browser.clickOn(".kinds button:nth-child(2)");
        browser.awaitText("svg", "arithmetic");
        browser.awaitCount("svg .interval", 3);
        browser.pick("[aria-label=Chart] select", "Bars");
        browser.pick("[aria-label=Chart] label:nth-of-type(2) select", "subject");
        browser.awaitText(".label", "spelling");
        browser.awaitCount("svg .bar", 3);
        assertThat(browser.texts("[aria-label=Chart] label > span")).startsWith("Kind", "Label", "Value");
    }

    @Test
    void titlesItsLegendWithTheColumnOfTheSeries() {
        browser.run("SELECT entropy, margin, layer FROM token_routing WHERE layer < 2");
        browser.awaitText(STATUS, "240 rows in");
        browser.clickOn(".kinds button:nth-child(2)");
        browser.pick("[aria-label=Chart] select", "Points");
        assertThat(browser.texts("[aria-label=Chart] label > span")).startsWith("Kind", "X axis", "Y axis", "Series");
        browser.pick("[aria-label=Chart] label:nth-of-type(2) select", "entropy");
        browser.pick("[aria-label=Chart] label:nth-of-type(3) select", "margin");
        browser.pick("[aria-label=Chart] label:nth-of-type(4) select", "layer");
        browser.awaitTexts(".plot .label", "0", "1");
        assertThat(browser.texts(".plot .title")).containsExactlyInAnyOrder("layer", "entropy", "margin");
        browser.pick("[aria-label=Chart] select", "Heatmap");
        assertThat(browser.texts("[aria-label=Chart] label > span")).startsWith("Kind", "Columns", "Rows", "Colour");
    }

    @Test
    void explainsWithTheRollupAndTheStatementOfDuckDb() {
        browser.run("SELECT layer, COUNT(*) AS n FROM activations WHERE run_id = 1 GROUP BY layer");
        browser.awaitText(STATUS, "4 rows in");
        browser.clickOn(".kinds button:nth-child(3)");
        browser.awaitText(".rollup", "Answered from the rollup layer_usage.");
        assertThat(browser.texts(".plan .name")).containsExactly("Aggregate", "Project", "Filter", "TableScan");
        browser.awaitText(".plan pre", "FROM \"layer_usage\"");
        // EXPLAIN in front of it asks for the same.
        browser.run("EXPLAIN SELECT layer, COUNT(*) AS n FROM activations WHERE run_id = 1 GROUP BY layer");
        browser.awaitText(STATUS, "3 rows in");
        browser.awaitText(".rollup", "Answered from the rollup layer_usage.");
        browser.click("Run and measure");
        browser.awaitText(".plan pre", "Total Time");
    }

    @Test
    void exportsTheWholeResultByALink() throws Exception {
        browser.run("SELECT a.token_id FROM tokens a, tokens b");
        browser.awaitText(STATUS, "10,000 rows in");
        browser.clickOn("[aria-label='Export all rows']");
        String address = browser.attribute("[role=menuitem][download='result.csv']", "href");
        assertThat(CONSOLE.server().get(address).body().lines()).hasSize(14_401);
    }

    @Test
    void drawsKeysAsAHeatmapAndMeasuresAsPoints() {
        browser.click("Expert utilisation");
        browser.awaitText(STATUS, "64 rows in");
        browser.clickOn(".kinds button:nth-child(2)");
        browser.find(".plot [aria-label*='4 rows'][aria-label*='16 columns']");
        browser.focus(".plot .keys");
        browser.press(Keys.ARROW_RIGHT);
        browser.awaitText(".plot [role=status]", "layer 0, expert 1, share");
        browser.run("SELECT entropy, margin FROM token_routing WHERE layer = 0");
        browser.awaitText(STATUS, "120 rows in");
        browser.awaitCount(".plot .mark", 120);
        assertThat(browser.texts(".plot .title")).containsExactlyInAnyOrder("entropy", "margin");
        browser.pick("[aria-label=Chart] select", "Histogram");
        browser.awaitText(".plot .title", "rows");
    }

    /** Three subjects share each cell: none of them is dropped without a word. */
    @Test
    void saysHowManyRowsAMarkStandsForAndAsksForTheFurtherKey() {
        String said = ".combined";
        browser.run("SELECT layer, expert, subject, share FROM subject_specialisation"
                + " WHERE run_id = 1 AND scope = 'prompt' ORDER BY subject, layer, expert");
        browser.awaitText(STATUS, "192 rows in");
        browser.clickOn(".kinds button:nth-child(2)");
        browser.find(".plot canvas");
        browser.awaitText(said, "3 rows per cell: the chart shows their mean. The rows of a cell differ in subject.");
        browser.focus(".plot .keys");
        browser.press(Keys.ARROW_RIGHT);
        browser.awaitText(".plot [role=status]", "layer 0, expert 1, mean of share");
        browser.pick("[aria-label=Chart] label:last-of-type select", "colours");
        browser.awaitGone(said);
        browser.pick("[aria-label=Chart] select", "Lines");
        browser.awaitText(".plot .title", "layer");
        browser.awaitText(said, "16 rows per point: the chart shows their mean. The rows of a point differ in expert.");
        browser.pick("[aria-label=Chart] label:last-of-type select", "all rows");
        browser.pick("[aria-label=Chart] select", "Bars");
        browser.awaitCount("svg .bar", 3);
        browser.awaitText(said, "64 rows per bar");
    }

    @Test
    void givesUpMeasuringAPlan() {
        browser.clickOn(".kinds button:nth-child(3)");
        browser.find(".plan");
        browser.run("SELECT COUNT(*) AS n FROM tokens");
        browser.awaitText(".plan pre", "COUNT(*)");
        browser.run("EXPLAIN SELECT SUM(a.token_id * b.token_id * c.token_id * d.token_id * e.token_id)"
                + " FROM tokens a, tokens b, tokens c, tokens d, tokens e");
        browser.awaitText(".plan .name", "Join");
        browser.click("Run and measure");
        browser.awaitText(".plan .choice", "Cancel");
        browser.clickOn(".plan .choice");
        browser.awaitText(".plan .choice", "Run and measure");
        browser.awaitCount(".plan h3", 2);
    }
}
