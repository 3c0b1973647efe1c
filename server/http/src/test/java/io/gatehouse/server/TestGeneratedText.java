package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.SeededFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A run whose answers are found in generated texts, in a real browser: texts, answers, tokens and settings. */
final class TestGeneratedText {
    private static final String QUESTION = ".question";
    private static final String PROMPT = "[aria-label='Prompt tokens']";

    @RegisterExtension
    static final ConsoleBrowser CONSOLE = ConsoleBrowser.over(
            folder -> {
                TestingServer server = TestingServer.start(folder);
                SeededFile.addWritingRun(server.store(), "writes", 8);
                SeededFile.addWritingRun(server.store(), "writes again", 9);
                return server;
            },
            "#screen=overview&run=2",
            page -> page.find(".tokens .token"));

    private Browser browser;

    @BeforeEach
    void look() {
        browser = CONSOLE.browser();
    }

    @Test
    void looksAtGeneratedTokensAsAScope() {
        browser.awaitText(".facts .note", "up to 5 generated tokens, answers from the text");
        browser.click("Generated tokens");
        browser.awaitAddress("scope=generated");
        browser.awaitText(
                "[aria-label='Expert utilisation'] .about", "Generated tokens: n = 24 tokens of 6 questions.");
        browser.find("[aria-label='Router entropy'] .dot");
        browser.awaitText(PROMPT + " .about", "9 routed tokens, of which 4 were generated");
        browser.awaitTexts(PROMPT + " .section", "Generated text, reasoning", "Generated text, answer");
        browser.enter("#screen=explore&run=2&picture=subjects&scope=generated&layer=1");
        browser.awaitText(".about", "Generated tokens: n = 24 tokens of 2 subjects.");
        // A run without generated text has no such scope.
        browser.enter("#screen=overview&run=1&scope=generated");
        browser.awaitText("[aria-label='Expert utilisation'] .about", "Last prompt token: n = 24 tokens");
        browser.awaitCount(".switch button", 2);
    }

    @Test
    void showsAFreeAnswerWithTheTextThatItWasFoundIn() {
        String first = String.valueOf(SeededFile.QUESTIONS + 1);
        browser.enter("#screen=explore&run=2&picture=questions&question=" + first);
        browser.awaitText(QUESTION + " h2", "Sum 0?");
        browser.awaitText(QUESTION + " .about", "answered 7 (correct).");
        browser.awaitTexts(QUESTION + " dd", "7", "7");
        browser.awaitText(
                QUESTION + " .generated .about",
                "5 tokens in 1.50 s (shared with other texts), 3 of them reasoning; ended by the model.");
        browser.awaitText(QUESTION + " .generated .about", "The rule number found: 7");
        browser.awaitText(QUESTION + " summary", "Reasoning, 3 tokens");
        assertThat(browser.texts(QUESTION + " .generated > .text")).containsExactly("7");
        browser.clickOn(QUESTION + " summary");
        browser.awaitText(QUESTION + " details .text", "<think> adding</think>");
        browser.focus(PROMPT + " .token:last-of-type");
        browser.awaitText(
                PROMPT + " .focused", "Token 9 (generated, answer), id 24, \"<|end|>\": routing not recorded");
    }

    @Test
    void saysThatATextHasNoAnswer() {
        browser.enter("#screen=explore&run=2&picture=questions&question=" + (SeededFile.QUESTIONS + 6));
        browser.awaitText(QUESTION + " .about", "no answer found in the generated text (wrong; 8 is correct).");
        browser.awaitTexts(QUESTION + " dd", "8", "no answer found");
        browser.awaitText(QUESTION + " .generated .about", "cut at the largest number of new tokens.");
        browser.awaitText(QUESTION + " .generated .about", "The rule number found no answer in the text.");
    }

    @Test
    void saysHowTheTextWasMade() {
        browser.enter("#screen=run&run=2");
        browser.awaitText("dd", "generated text, rule number, compared as numbers");
        browser.awaitText("dd", "up to 5 after each prompt");
        browser.awaitText("dd", "random temperature=0.7 seed=3");
        browser.awaitText("dd", "\"Q:\", \"\\n\\n\"");
        browser.awaitText("dd", "all prompt tokens and generated tokens");
        browser.awaitText("pre", "--answer generate");
        browser.awaitText("pre", "--extract number");
        browser.awaitText("[aria-label='Length of generated texts'] tbody td", "small");
        browser.enter("#screen=runs");
        browser.awaitText("tbody .treatment", "up to 5 generated tokens, answers from the text");
    }

    @Test
    void comparesGeneratedTextsByTheirExperts() {
        browser.enter("#screen=explore&run=2&other=3&picture=comparison&scope=generated");
        browser.awaitText("[aria-label='Utilisation difference'] .about", "Generated tokens: n = 24 and 24 tokens.");
        browser.awaitText("[aria-label=Saturation] .nothing", "Generated texts differ from run to run");
        browser.enter("#screen=explore&run=2&other=1&picture=comparison&scope=generated");
        browser.awaitText(".outcome", "no answered question in common");
    }
}
