package io.gatehouse.server;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium with the console open, used by keyboard and mouse as a person would. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final File DRIVER = new File("/usr/bin/chromedriver");
    private static final Pattern TEXT_END = Pattern.compile("\u001e");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Often enough to see what is only there for a moment, such as the strip of a short run. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Of a script that looks at the whole page, on a machine that does other things too. */
    private static final Duration SCRIPT_PATIENCE = Duration.ofMinutes(2);

    private final ChromeDriver driver;
    private final Path downloads;

    private Browser(ChromeDriver driver, Path downloads) {
        this.driver = driver;
        this.downloads = downloads;
    }

    /** Skips the test where there is no Chromium, unless CI=true, where it must be. */
    static void assumePresent() {
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeTrue(
                    Files.isExecutable(CHROMIUM) && DRIVER.canExecute(),
                    "Chromium and its driver are not installed: apt-get install chromium chromium-driver");
        }
    }

    /** @param profile an empty folder for what the browser writes */
    static Browser open(URI page, Path profile) {
        Path downloads = profile.resolve("downloads");
        ChromeOptions options = new ChromeOptions();
        options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads.toString()));
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                // Nothing is measured or clicked in the middle of a transition.
                "--force-prefers-reduced-motion",
                "--window-size=1280,800",
                "--user-data-dir=" + profile);
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER)
                .usingAnyFreePort()
                .build();
        Browser browser = new Browser(new ChromeDriver(service, options), downloads);
        browser.driver.manage().timeouts().scriptTimeout(SCRIPT_PATIENCE);
        browser.driver.get(page.toString());
        return browser;
    }

    /** Replaces the text of the editor by typing. */
    void type(String sql) {
        clickOn(".cm-content");
        awaitFocus(".cm-content");
        Actions keys = new Actions(driver);
        keys.keyDown(Keys.CONTROL).sendKeys("a").keyUp(Keys.CONTROL).sendKeys(Keys.BACK_SPACE);
        keys.sendKeys(sql).perform();
    }

    /** Types a statement into the editor and runs it. */
    void run(String sql) {
        type(sql);
        press(Keys.CONTROL, Keys.ENTER);
    }

    /** Replaces the text of the editor in one go, as pasting does. */
    void paste(String sql) {
        clickOn(".cm-content");
        awaitFocus(".cm-content");
        press(Keys.CONTROL, "a");
        driver.executeCdpCommand("Input.insertText", Map.of("text", sql));
    }

    /** Replaces the text of a field. */
    void typeInto(String css, String text) {
        WebElement field = find(css);
        field.clear();
        field.sendKeys(text);
    }

    void press(CharSequence key) {
        new Actions(driver).sendKeys(key).perform();
    }

    void press(Keys modifier, CharSequence key) {
        new Actions(driver).keyDown(modifier).sendKeys(key).keyUp(modifier).perform();
    }

    void click(String text) {
        By button = By.xpath("//button[contains(normalize-space(.), '" + text + "')]");
        click(button);
    }

    /** Clicks the entry of the open menu that reads as given. */
    void clickEntry(String text) {
        By entry = By.xpath("//*[@role='menuitem'][normalize-space(.) = '" + text + "']");
        click(entry);
    }

    /** Clicks the header of a column. */
    void click(String table, String column) {
        By header = By.xpath("//" + table + "//th[contains(normalize-space(.), '" + column + "')]");
        click(header);
    }

    /** Clicks the first element of the kind. */
    void clickOn(String css) {
        click(By.cssSelector(css));
    }

    /** What is clicked may be drawn anew between being found and being clicked, and what lay over it may still be going. */
    private void click(By what) {
        patiently(() -> "%s at %s".formatted(what, address()))
                .ignoreAll(List.of(StaleElementReferenceException.class, ElementNotInteractableException.class))
                .until(page -> {
                    List<WebElement> found = page.findElements(what);
                    found.stream().limit(1).forEach(WebElement::click);
                    return !found.isEmpty();
                });
    }

    private FluentWait<WebDriver> patiently(Supplier<String> awaited) {
        return new WebDriverWait(driver, PATIENCE, LOOK_EVERY).withMessage(awaited);
    }

    /** Picks an option of a select by its text. */
    void pick(String css, String option) {
        new Select(find(css)).selectByVisibleText(option);
    }

    /** Puts the focus on an element without a click. */
    void focus(String css) {
        find(css);
        driver.executeScript("document.querySelector(arguments[0]).focus({focusVisible: true})", css);
    }

    String attribute(String css, String name) {
        return String.valueOf(find(css).getDomAttribute(name));
    }

    /** What is on the clipboard, pasted as a person would. */
    String pasted() {
        driver.executeScript("const field = document.createElement('textarea'); field.id = 'pasted';"
                + "document.body.append(field); field.focus()");
        press(Keys.CONTROL, "v");
        String text = String.valueOf(driver.executeScript("return document.getElementById('pasted').value"));
        driver.executeScript("document.getElementById('pasted').remove()");
        return text;
    }

    String style(String css, String property) {
        return find(css).getCssValue(property);
    }

    void reload() {
        driver.navigate().refresh();
    }

    void back() {
        driver.navigate().back();
    }

    WebElement find(String css) {
        patiently(() -> "%s at %s".formatted(css, address()))
                .until(page -> !page.findElements(By.cssSelector(css)).isEmpty());
        return driver.findElement(By.cssSelector(css));
    }

    /** Visible texts of all elements of the kind, read in one go while the page may be changing. */
    List<String> texts(String css) {
        String script = "return [...document.querySelectorAll(arguments[0])]"
                + ".map((element) => (element.innerText ?? element.textContent).trim() + '\\u001e').join('')";
        String texts = String.valueOf(driver.executeScript(script, css));
        List<String> parts = List.of(TEXT_END.split(texts, -1));
        return parts.subList(0, parts.size() - 1);
    }

    /** What is seen of the page and has nothing in it: neither a text nor a drawing. */
    List<String> emptyBoxes() {
        Object found = driver.executeScript("""
                const boxes = '.picture .body, .plot, .question, .facts dd, .groups dd, .outcome, .list .count, main';
                const drawn = (element) => {
                    const box = element.getBoundingClientRect();
                    return box.width > 20 && box.height > 20;
                };
                return [...document.querySelectorAll(boxes)]
                    .filter((box) => box.checkVisibility()
                        && box.innerText.trim() === '' && ![...box.querySelectorAll('canvas, svg')].some(drawn))
                    .map((box) => `${box.closest('[aria-label]')?.ariaLabel}: ${box.outerHTML.slice(0, 120)}`).join('\\n');""");
        return String.valueOf(found).lines().toList();
    }

    /** The names of fields of a form. */
    List<String> names(String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .map(field -> String.valueOf(field.getDomAttribute("name")))
                .toList();
    }

    /** What has one of the words in a text or an attribute that is seen or drawn. */
    List<String> marks(String... words) {
        Object found = driver.executeScript("""
                const has = (text) => arguments[0].some((word) => text.includes(word));
                return [...document.querySelectorAll('#console *')]
                    .filter((element) => [...element.attributes].some(({ value }) => has(value))
                        || [...element.childNodes].some((node) => node.nodeType === 3 && has(node.data)))
                    .map((element) => element.outerHTML.slice(0, 200).replaceAll('\\n', ' ')).join('\\n');""", List.of(words));
        return String.valueOf(found).lines().toList();
    }

    /** Waits until an element reads as given. */
    void awaitText(String css, String part) {
        patiently(() -> "%s to contain \"%s\", but it reads %s".formatted(css, part, texts(css)))
                .until(page -> texts(css).stream().anyMatch(text -> text.contains(part)));
    }

    /** Waits until the first of the kind reads otherwise. */
    void awaitChange(String css, String before) {
        patiently(() -> "%s to change, but it reads %s".formatted(css, texts(css)))
                .until(page -> texts(css).stream().findFirst().stream().anyMatch(text -> !text.equals(before)));
    }

    /** Waits until all elements of the kind read as given, one after the other. */
    void awaitTexts(String css, String... wanted) {
        patiently(() -> "%s to read %s, but it reads %s".formatted(css, List.of(wanted), texts(css)))
                .until(page -> texts(css).equals(List.of(wanted)));
    }

    /** Waits until there are so many of the kind. */
    void awaitCount(String css, int count) {
        patiently(() -> "%d of %s, but there are %d"
                        .formatted(count, css, texts(css).size()))
                .until(page -> page.findElements(By.cssSelector(css)).size() == count);
    }

    /** Waits until an element is seen whole within another. */
    void awaitInside(String css, String outer) {
        patiently(() -> "%s to be within %s".formatted(css, outer))
                .until(page -> Boolean.TRUE.equals(driver.executeScript("""
                        const [inner, outer] = [arguments[0], arguments[1]].map((css) => document.querySelector(css)?.getBoundingClientRect());
                        return inner !== undefined && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1
                            && inner.left >= outer.left - 1 && inner.right <= outer.right + 1;""", css, outer)));
    }

    /** Waits until there are elements of two kinds, and none of one kind lies over one of the other. */
    void awaitApart(String css, String other) {
        patiently(() -> "%s and %s to lie apart".formatted(css, other))
                .until(page -> Boolean.TRUE.equals(driver.executeScript("""
                        const [ones, others] = [arguments[0], arguments[1]].map((css) =>
                            [...document.querySelectorAll(css)].map((element) => element.getBoundingClientRect()));
                        const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
                        return ones.length > 0 && others.length > 0 && ones.every((a) => others.every((b) => apart(a, b)));""", css, other)));
    }

    /** Waits until there is no such element. */
    void awaitGone(String css) {
        patiently(() -> "%s to go, but it reads %s".formatted(css, texts(css)))
                .until(page -> page.findElements(By.cssSelector(css)).isEmpty());
    }

    /** Waits until the address has all these parts: the page changes it before the driver hears of that. */
    void awaitAddress(String... parts) {
        patiently(() -> "the address to have %s, but it is %s".formatted(List.of(parts), address()))
                .until(page -> Stream.of(parts).allMatch(address()::contains));
    }

    String address() {
        return driver.getCurrentUrl();
    }

    /** Changes what stands behind the # of the address, as a person who types it. */
    void enter(String fragment) {
        driver.executeScript("location.hash = arguments[0]", fragment);
    }

    /** Loads another address anew. */
    void go(URI page) {
        driver.get("about:blank");
        driver.get(page.toString());
    }

    /** Makes the page as large as on a screen of so many pixels. */
    void resize(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** The colour of text. */
    String colour() {
        return String.valueOf(driver.executeScript("return getComputedStyle(document.body).color"));
    }

    /** Tells pages that the system is light or dark, and that nothing should move. */
    void prefer(String appearance) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", appearance),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Leaves requests that contain a text without an answer, until the page is loaded anew. */
    void hold(String text) {
        driver.executeScript("""
                const send = window.fetch;
                window.fetch = (address, options) =>
                    String(options?.body).includes(arguments[0]) ? new Promise(() => undefined) : send(address, options);""", text);
    }

    /**
     * What axe has against the page as it is, with the first elements of each kind.
     *
     * @param axe its source
     * @param rules that are asked; without any, all are
     */
    List<String> findings(String axe, String... rules) {
        if (!Boolean.TRUE.equals(driver.executeScript("return 'axe' in window"))) {
            driver.executeScript(axe);
        }
        Object found = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                const places = (violation) => violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' and ');
                const rules = arguments[0];
                axe.run(rules.length === 0 ? {} : { runOnly: rules }).then(
                    (result) => done(result.violations.map((each) => `${each.impact} ${each.id} at ${places(each)}`).join('\\n')),
                    (error) => done('axe failed: ' + error));""", List.of(rules));
        return String.valueOf(found).lines().toList();
    }

    /** What has the focus: its label, or else its text. */
    String focused() {
        return String.valueOf(driver.executeScript("""
                const element = document.activeElement;
                return element === document.body ? '' : (element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText).trim();"""));
    }

    /** Waits until what has the focus is such an element. */
    void awaitFocus(String css) {
        patiently(() -> "the focus on %s, but it is on \"%s\"".formatted(css, focused()))
                .until(page -> Boolean.TRUE.equals(
                        driver.executeScript("return document.activeElement.matches(arguments[0])", css)));
    }

    /** A file that the page saved, when it is complete. */
    Path downloaded(String name) {
        Path file = downloads.resolve(name);
        patiently(() -> "%s to be saved".formatted(name))
                .until(page -> Files.isRegularFile(file) && file.toFile().length() > 0);
        return file;
    }

    /** Addresses of everything that the page has loaded. */
    List<String> loaded() {
        Object names = driver.executeScript(
                "return performance.getEntriesByType('resource').map((entry) => entry.name).join('\\n')");
        return String.valueOf(names).lines().toList();
    }

    /** Scrolls an element down to so many pixels from its top. */
    void scroll(String css, int pixels) {
        find(css);
        driver.executeScript("document.querySelector(arguments[0]).scrollTop = arguments[1]", css, pixels);
    }

    /** How many pixels of an element lie above what is seen of it. */
    int scrolled(String css) {
        find(css);
        return Integer.parseInt(String.valueOf(
                driver.executeScript("return Math.round(document.querySelector(arguments[0]).scrollTop)", css)));
    }

    /** Whether the page is longer than the window. */
    boolean scrolls() {
        return Boolean.TRUE.equals(
                driver.executeScript("return document.documentElement.scrollHeight > window.innerHeight"));
    }

    /** Severe messages of the browser's console since the last call. */
    List<String> severeMessages() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().equals(Level.SEVERE))
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
