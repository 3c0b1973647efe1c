package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What axe says of every screen, light and dark: nothing serious. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestAccessibility {
    private static final Path AXE = Path.of("../web/node_modules/axe-core/axe.min.js");

    /** Fragment of a screen, and what is there when it is complete. */
    private static final Map<String, String> SCREENS = Map.of(
            "screen=overview", ".tokens .token",
            "screen=explore&picture=subjects", "canvas",
            "screen=explore&picture=together", "canvas",
            "screen=explore&picture=transitions", ".node",
            "screen=explore&picture=comparison", "canvas",
            "screen=explore&picture=questions", ".near button",
            "screen=query", "regular-table td",
            "screen=runs", "tbody .status");

    private TestingServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Browser.assumePresent();
        server = TestingServer.start(folder);
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(server.get("").body().contains("id=\"console\""), "Built without the console (-Dweb.skip=true)");
        }
        SeededFile.addRun(server.store(), "second", 8);
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void findsNothingSerious(@TempDir Path profile) throws Exception {
        String axe = Files.readString(AXE);
        List<String> findings = new ArrayList<>();
        try (Browser browser = Browser.open(server.uri(), profile)) {
            for (String appearance : List.of("light", "dark")) {
                for (Map.Entry<String, String> screen : SCREENS.entrySet()) {
                    browser.store("gatehouse.appearance", appearance);
                    browser.go(URI.create(server.uri() + "#" + screen.getKey()));
                    browser.find(screen.getValue());
                    browser.awaitGone("[aria-busy=true]");
                    browser.seriousFindings(axe)
                            .forEach(finding -> findings.add(appearance + ", " + screen.getKey() + ": " + finding));
                }
            }
            for (String view : List.of("Chart", "Plan")) {
                browser.go(URI.create(server.uri() + "#screen=query"));
                browser.find("regular-table td");
                browser.click(view);
                browser.find(view.equals("Chart") ? "[aria-label=Chart], .none" : ".plan .name");
                browser.seriousFindings(axe).forEach(finding -> findings.add(view + ": " + finding));
            }
            assertThat(browser.severeMessages()).isEmpty();
        }
        assertThat(findings).isEmpty();
    }
}
