package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.store.SeededFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Pictures and results as files: saved by a real browser, read by other programs. */
final class TestSavedFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Steps of the legend's colours, and its square for experts that never fired. */
    private static final int LEGEND = 61;

    private static final String SVG = "http://www.w3.org/2000/svg";
    /** More rows than the server answers in JSON unless asked for more. */
    private static final int MANY = 14_400;

    @RegisterExtension
    static final ConsoleBrowser CONSOLE =
            ConsoleBrowser.over(folder -> ConsoleBrowser.withTwoRuns(TestingServer.start(folder)), "#run=1", page -> {
                page.find(".tokens .token");
                page.awaitGone(".picture[aria-busy=true]");
            });

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void savesAMatrixAsAPictureAndItsData() throws Exception {
        save("Expert utilisation", "Chart, SVG");
        Element svg = svg("expert-utilisation-run-1.svg");
        // The ground, a cell for each expert of each layer, and the legend: no frame of what is selected on the page.
        assertThat(svg.getElementsByTagNameNS(SVG, "rect").getLength())
                .isEqualTo(1 + SeededFile.LAYERS * SeededFile.EXPERTS + LEGEND);
        assertThat(texts(svg)).contains("0", "3", "15");
        // It stands by itself: what it is, over how many, its axes and what the colours mean.
        assertThat(texts(svg))
                .contains(
                        "Expert utilisation, first (run 1, seeded)",
                        "layers",
                        "experts",
                        "uniform",
                        "4\u00d7",
                        "never fired")
                .anyMatch(text -> text.contains("n = 24 tokens"));
        save("Expert utilisation", "Chart, PNG");
        BufferedImage png =
                ImageIO.read(browser.downloaded("expert-utilisation-run-1.png").toFile());
        assertThat(png.getWidth()).isEqualTo(2 * Integer.parseInt(svg.getAttribute("width")));
        assertThat(png.getHeight()).isEqualTo(2 * Integer.parseInt(svg.getAttribute("height")));
        long colours = IntStream.range(0, png.getWidth())
                .map(x -> png.getRGB(x, png.getHeight() / 2 + 20))
                .distinct()
                .count();
        assertThat(colours).as("colours in a row of cells").isGreaterThan(8);
        save("Expert utilisation", "Data, CSV");
        List<String> lines = Files.readAllLines(browser.downloaded("expert-utilisation-run-1.csv"));
        assertThat(lines).hasSize(1 + SeededFile.LAYERS * SeededFile.EXPERTS);
        assertThat(lines.get(0)).startsWith("layer,expert,activations");
        assertThat(lines).anyMatch(line -> line.startsWith("0,15,0,"));
    }

    @Test
    void savesEveryPictureOfTheOverview() throws Exception {
        save("Router entropy", "Chart, SVG");
        Element entropy = svg("router-entropy-run-1.svg");
        assertThat(texts(entropy)).contains("uniform", "0.75", "entropy / uniform entropy");
        assertThat(attributes(entropy, "paint-order"))
                .as("the ground of a text lies under it")
                .anyMatch(order -> order.startsWith("stroke"));
        save("Accuracy by expert", "Chart, SVG");
        assertThat(texts(svg("accuracy-by-expert-run-1.svg"))).contains("layer", "expert", "accuracy");
        save("Prompt tokens", "Chart, SVG");
        assertThat(texts(svg("prompt-tokens-run-1.svg"))).anyMatch(text -> text.contains("t1"));
        save("Prompt tokens", "Chart, PNG");
        assertThat(ImageIO.read(browser.downloaded("prompt-tokens-run-1.png").toFile()))
                .isNotNull();
        save("Accuracy by expert", "Data, CSV");
        assertThat(Files.readString(browser.downloaded("accuracy-by-expert-run-1.csv")))
                .contains("wilson_low");
    }

    @Test
    void savesEveryPictureOfExplore() throws Exception {
        explore("subjects");
        save("Utilisation by subject", "Chart, SVG");
        assertThat(texts(svg("utilisation-by-subject-run-1.svg"))).contains("arithmetic", "colours", "spelling");
        explore("coactivation");
        save("Co-activation", "Chart, SVG");
        svg("co-activation-run-1.svg");
        explore("transitions");
        save("Transitions", "Chart, SVG");
        assertThat(texts(svg("transitions-run-1.svg"))).contains("layer 0", "other");
        explore("comparison");
        save("Saturation", "Chart, SVG");
        assertThat(texts(svg("saturation-run-1.svg"))).contains("layer 3");
        save("Accuracy by subject", "Chart, SVG");
        assertThat(texts(svg("accuracy-by-subject-run-1.svg"))).contains("arithmetic");
        save("Utilisation difference", "Chart, SVG");
        svg("utilisation-difference-run-1.svg");
        browser.click("Questions");
        // One is chosen when the list is there, and only then asked for its route.
        browser.find(".near button");
        browser.awaitGone(".picture[aria-busy=true], .picture .waiting");
        save("Routing of the question", "Chart, SVG");
        svg("routing-of-the-question-run-1.svg");
        save("Nearest questions", "Data, CSV");
        assertThat(Files.readAllLines(browser.downloaded("nearest-questions-run-1.csv")))
                .hasSizeGreaterThan(10);
    }

    /** As wide as a column, with letters that are legible then, and light although the page is dark. */
    @Test
    void savesAFigureForAPaper() throws Exception {
        browser.prefer("dark");
        String looks = browser.style(".picture", "background-color");
        save("Router entropy", "For a paper, one column, SVG");
        Element svg = svg("router-entropy-run-1-85mm.svg");
        assertThat(svg.getAttribute("width")).isEqualTo("85mm");
        double points =
                85 * 72 / 25.4 / Double.parseDouble(svg.getAttribute("viewBox").split(" ", -1)[2]);
        assertThat(attributes(svg, "font-size"))
                .isNotEmpty()
                .allSatisfy(size -> assertThat(points * Double.parseDouble(size.replace("px", "")))
                        .isBetween(6.9, 8.0));
        assertThat(attributes(svg, "font-family")).containsOnly("Helvetica, Arial, sans-serif");
        assertThat(attributes(svg, "dominant-baseline")).containsOnly("");
        assertThat(attributes(svg, "fill")).contains("rgb(28, 33, 38)").doesNotContain("rgb(228, 232, 234)");
        assertThat(texts(svg)).contains("0.75", "uniform").noneMatch(text -> text.contains("Router entropy"));
        assertThat(svg.getElementsByTagNameNS(SVG, "title").item(0).getTextContent())
                .isEqualTo("Router entropy, first (run 1, seeded)");
        assertThat(svg.getElementsByTagNameNS(SVG, "desc").item(0).getTextContent())
                .contains("n = 24 tokens");
        // The page is as it was.
        assertThat(browser.style(".picture", "background-color")).isEqualTo(looks);
        browser.awaitGone("[style*='fixed']");
        save("Router entropy", "For a paper, two columns, SVG");
        assertThat(svg("router-entropy-run-1-178mm.svg").getAttribute("width")).isEqualTo("178mm");
        browser.prefer("light");
    }

    @Test
    void savesAFigureForAPaperAsPdf() throws Exception {
        save("Expert utilisation", "For a paper, one column, PDF");
        Path file = browser.downloaded("expert-utilisation-run-1-85mm.pdf");
        String pdf = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(pdf).startsWith("%PDF-").contains("/BaseFont /Helvetica", "/BaseFont /Symbol");
        Matcher box = Pattern.compile("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)\\]").matcher(pdf);
        assertThat(box.find()).isTrue();
        assertThat(Double.parseDouble(box.group(1))).isEqualTo(85 * 72 / 25.4, Offset.offset(0.01));
        String content = inflated(Files.readAllBytes(file), pdf);
        assertThat(content).contains("(experts) Tj", "(never fired) Tj", "(1/4\u00d7) Tj");
        Matcher text = Pattern.compile(" ([0-9.]+) Tf\n.*\n.*\n([-0-9.]+) ([-0-9.]+) .* Tm\n")
                .matcher(content);
        int texts = 0;
        for (; text.find(); texts++) {
            double scale = Math.hypot(Double.parseDouble(text.group(2)), Double.parseDouble(text.group(3)));
            assertThat(scale * Double.parseDouble(text.group(1))).isBetween(6.9, 8.0);
        }
        assertThat(texts).isGreaterThan(10);
    }

    /** The sign for "at least" is in the font for symbols, in the place of a raised three. */
    @Test
    void savesSignsOfAPdfInTheFontForSymbols() throws Exception {
        result("SELECT '\u2265 1' AS name, 3 AS n UNION ALL SELECT 'b', 4", "2 rows in");
        browser.click("Chart");
        browser.click("Save chart");
        browser.clickEntry("For a paper, one column, PDF");
        Path file = browser.downloaded("chart-85mm.pdf");
        assertThat(inflated(Files.readAllBytes(file), Files.readString(file, StandardCharsets.ISO_8859_1)))
                .contains("(b) Tj", "(\u00b3) Tj");
    }

    /** Rather no file than one with wrong letters. */
    @Test
    void refusesAPdfWithLettersThatItsFontsLack() throws Exception {
        result("SELECT 'm\u00fcde \u65e5' AS name, 3 AS n UNION ALL SELECT 'b', 4", "2 rows in");
        browser.click("Chart");
        browser.click("Save chart");
        browser.clickEntry("For a paper, one column, PDF");
        browser.awaitText(".combined[role=alert]", "The fonts of PDF files have no \u65e5. Save the chart as SVG");
        browser.click("Save chart");
        browser.clickEntry("For a paper, one column, SVG");
        assertThat(texts(svg("chart-85mm.svg"))).contains("m\u00fcde \u65e5");
    }

    /** What is in the first stream of a PDF. */
    private static String inflated(byte[] file, String pdf) throws Exception {
        int start = pdf.indexOf("stream\n") + "stream\n".length();
        Inflater inflater = new Inflater();
        try (InputStream in = new InflaterInputStream(
                new ByteArrayInputStream(file, start, pdf.indexOf("endstream") - start), inflater)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } finally {
            inflater.end();
        }
    }

    @Test
    void savesThePicturesOfServe() throws Exception {
        browser.go(URI.create(CONSOLE.server().uri() + "#screen=serve&run=1&layer=1"));
        browser.find("[aria-label='Placement on devices'] .row");
        browser.awaitGone(".picture[aria-busy=true], .picture .waiting");
        save("Expert cache", "Chart, SVG");
        assertThat(texts(svg("expert-cache-run-1.svg"))).contains("Belady", "LRU", "uses served", "100%");
        save("Expert cache", "Data, CSV");
        // A line for each policy and size, after the header.
        assertThat(Files.readAllLines(browser.downloaded("expert-cache-run-1.csv")))
                .hasSize(1 + 5 * SeededFile.LAYERS * SeededFile.EXPERTS);
        save("Serving plan", "Chart, SVG");
        assertThat(texts(svg("serving-plan-run-1.svg"))).anyMatch(text -> text.contains("knee"));
        save("Working set", "Chart, SVG");
        assertThat(texts(svg("working-set-run-1.svg"))).contains("neighbouring tokens", "64");
        save("Hot set", "Chart, SVG");
        assertThat(texts(svg("hot-set-run-1.svg"))).contains("best set of each fold", "3");
        save("Caches by layer", "Chart, SVG");
        assertThat(texts(svg("caches-by-layer-run-1.svg"))).contains("uses served", "16");
        save("Placement on devices", "Chart, SVG");
        assertThat(texts(svg("placement-on-devices-run-1.svg"))).contains("placed by load", "time saved");
    }

    @Test
    void savesTheChartOfAResult() throws Exception {
        result("SELECT subject, count(*) AS questions FROM questions GROUP BY subject ORDER BY subject", "3 rows in");
        browser.click("Chart");
        browser.click("Save chart");
        browser.clickEntry("Chart, SVG");
        assertThat(texts(svg("chart.svg"))).contains("questions", "arithmetic", "8");
        browser.click("Save chart");
        browser.clickEntry("Chart, PNG");
        assertThat(ImageIO.read(browser.downloaded("chart.png").toFile()).getWidth())
                .isGreaterThan(800);
    }

    @Test
    void exportsEveryRowInEveryFormat() throws Exception {
        result(
                "SELECT a.token_id, b.token FROM tokens a, tokens b WHERE a.run_id = 1 AND b.run_id = 1",
                "10,000 rows in");
        export("CSV");
        assertThat(Files.readAllLines(browser.downloaded("result.csv")))
                .hasSize(1 + MANY)
                .startsWith("token_id,token");
        export("JSON lines");
        assertThat(Files.readAllLines(browser.downloaded("result.ndjson"))).hasSize(MANY);
        export("JSON");
        assertThat(JSON.readTree(browser.downloaded("result.json").toFile())
                        .path("rows")
                        .size())
                .isEqualTo(MANY);
        export("Parquet");
        assertThat(rowsOfParquet(browser.downloaded("result.parquet"))).isEqualTo(MANY);
        export("Arrow");
        assertThat(rowsOfArrow(browser.downloaded("result.arrow"))).isEqualTo(MANY);
        export("LaTeX");
        assertThat(Files.readString(browser.downloaded("result.tex")))
                .startsWith("% SELECT a.token_id, b.token FROM tokens a")
                .endsWith("\\end{tabular}\n% 14,400 rows\n");
    }

    @Test
    void exportsAStatementThatIsTooLongForAnAddress() throws Exception {
        result("SELECT subject FROM questions WHERE subject <> '" + "x".repeat(9000) + "'", "24 rows in");
        export("CSV");
        assertThat(Files.readAllLines(browser.downloaded("result.csv"))).hasSize(25);
    }

    private void save(String picture, String what) {
        browser.clickOn("[aria-label='Save " + picture + "']");
        browser.click(what);
    }

    private void export(String format) {
        browser.clickOn("[aria-label='Export all rows']");
        browser.clickEntry(format);
    }

    private void explore(String picture) {
        browser.go(URI.create(CONSOLE.server().uri() + "#screen=explore&run=1&picture=" + picture));
        browser.find(".picture");
        browser.awaitGone(".picture[aria-busy=true], .picture .waiting");
    }

    private void result(String sql, String status) {
        browser.press(Keys.ALT, "4");
        browser.awaitText("[role=status]", "rows in");
        browser.paste(sql);
        browser.press(Keys.CONTROL, Keys.ENTER);
        browser.awaitText("[role=status]", status);
    }

    /** A picture that stands by itself: no style of the page, nothing of elsewhere. */
    private Element svg(String name) throws Exception {
        Path file = browser.downloaded(name);
        assertThat(Files.readString(file)).doesNotContain("var(--").doesNotContain("href");
        DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
        documents.setNamespaceAware(true);
        try (InputStream in = Files.newInputStream(file)) {
            Element root = documents.newDocumentBuilder().parse(in).getDocumentElement();
            assertThat(root.getLocalName()).isEqualTo("svg");
            assertThat(root.getNamespaceURI()).isEqualTo(SVG);
            assertThat(Double.parseDouble(root.getAttribute("width").replace("mm", "")))
                    .isGreaterThan(80);
            return root;
        }
    }

    /** What the texts say, without the titles that a pointer shows. */
    private static List<String> texts(Element svg) {
        NodeList texts = svg.getElementsByTagNameNS(SVG, "text");
        return IntStream.range(0, texts.getLength())
                .mapToObj(i -> own(texts.item(i)).strip())
                .toList();
    }

    private static List<String> attributes(Element svg, String name) {
        NodeList texts = svg.getElementsByTagNameNS(SVG, "text");
        return IntStream.range(0, texts.getLength())
                .mapToObj(i -> ((Element) texts.item(i)).getAttribute(name))
                .toList();
    }

    private static String own(Node element) {
        NodeList children = element.getChildNodes();
        return IntStream.range(0, children.getLength())
                .mapToObj(children::item)
                .filter(child -> !child.getNodeName().endsWith("title"))
                .map(Node::getTextContent)
                .collect(Collectors.joining());
    }

    private static long rowsOfParquet(Path file) throws Exception {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM '%s'".formatted(file))) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static long rowsOfArrow(Path file) throws Exception {
        long rows = 0;
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(Files.newInputStream(file), allocator)) {
            while (reader.loadNextBatch()) {
                rows += reader.getVectorSchemaRoot().getRowCount();
            }
        }
        return rows;
    }
}
