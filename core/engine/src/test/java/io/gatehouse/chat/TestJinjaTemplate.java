package io.gatehouse.chat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against what Jinja 3.1.6 itself renders in the environment that Hugging Face's apply_chat_template sets up. */
final class TestJinjaTemplate {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FILE = Path.of("model/tokenizer_config.json");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

    @Test
    void rendersWhatJinjaRenders() throws IOException {
        JsonNode file;
        try (InputStream in = requireNonNull(getClass().getResourceAsStream("cases.json"))) {
            file = JSON.readTree(in);
        }
        assertThat(file.path("cases")).hasSize(140);
        for (JsonNode one : file.path("cases")) {
            String template = file.path("templates")
                    .path(one.path("template").textValue())
                    .textValue();
            if (one.has("text")) {
                assertThat(render(template, variables(one)))
                        .as(one.toString())
                        .isEqualTo(one.path("text").textValue());
            } else {
                assertThatExceptionOfType(GatehouseException.class)
                        .as(one.toString())
                        .isThrownBy(() -> render(template, variables(one)))
                        .withMessage(
                                "The chat template of %s does not take these messages: %s.",
                                FILE, one.path("refusal").textValue())
                        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
            }
        }
    }

    @Test
    void reachesNothingOfJavaNorOfTheMachine() {
        for (String expression : List.of(
                "x.class",
                "x.getClass()",
                "x['class']",
                "messages.getClass().forName('java.lang.Runtime')",
                "''.getClass()",
                "loop_of.class",
                "messages[0].content.bytes",
                "messages[0].content.getBytes()",
                "____int3rpr3t3r____.getContext()",
                "range.getClass()")) {
            String text = outcome("{{ " + expression + " }}");
            assertThat(text).as(expression).matches("(?s)|refused: .*");
        }
        for (String tag : List.of(
                "{% include 'x' %}",
                "{% import 'x' as x %}",
                "{% from 'x' import y %}",
                "{% extends 'x' %}",
                "{{ 'a' | render }}",
                "{{ '{{ 1 }}' | fromjson }}",
                "{{ 'a' | log }}")) {
            assertThat(outcome(tag)).as(tag).startsWith("refused: The chat template of " + FILE);
        }
        assertThat(outcome("{{ messages['____int3r' ~ 'pr3t3r____'] | tojson }}"))
                .startsWith("refused: ");
        assertThat(outcome(
                        "{% set i = x['____int3r' ~ 'pr3t3r____'] %}{{ i.context }}{{ i.application.globalContext }}"))
                .startsWith("refused: ");
        assertThat(outcome("{{ messages | pprint }}")).startsWith("refused: ");
        assertThat(outcome("{% for m in messages %}{{ loop.class }}{% endfor %}"))
                .startsWith("refused: ");
    }

    @Test
    void endsTemplatesThatAskForTooMuch() {
        for (String template : List.of(
                "{% set s = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set s.x = s.x + s.x %}{% endfor %}{{ s.x }}",
                "{% set s = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set s.x = s.x.replace('a', 'aaaaaaaa') %}{% endfor %}",
                "{% for i in range(3000) %}{% for j in range(3000) %}{{ 'aaaaaaaaaa' }}{% endfor %}{% endfor %}",
                "{% for i in range(90000) %}{% for j in range(90000) %}{% set x = i * j %}{% endfor %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}",
                "{% if true %}".repeat(5_000) + "x" + "{% endif %}".repeat(5_000))) {
            String text = outcome(template);
            assertThat(text)
                    .as(template.substring(0, 40))
                    .satisfiesAnyOf(
                            ended -> assertThat(ended).startsWith("refused: The chat template of"),
                            ended -> assertThat(ended).hasSizeLessThan(1000));
        }
    }

    @Test
    void saysWhatItCannotRender() {
        assertThat(outcome("{% for m in messages %}{% else %}none{% endfor %}"))
                .isEqualTo("refused: The chat template of " + FILE
                        + " cannot be rendered: a loop with 'else' is not supported.");
        assertThat(outcome("{% for m in messages if m.role %}{{ m.role }}{% endfor %}"))
                .contains("a loop with 'if' is not supported");
        assertThat(outcome("{{ 'a'.swapcase() }}")).contains("strings have no method 'swapcase' here");
        for (String call : List.of("{}.get()", "[].append()", "[].index()", "[].count()", "''.join()", "''.count()")) {
            assertThat(outcome("{{ " + call + " }}")).as(call).contains("a method has too few arguments");
        }
        assertThat(outcome("{{ strftime_now('%Q') }}")).contains("strftime_now does not know '%Q'");
        assertThat(outcome("{{ 1 +")).startsWith("refused: ").hasLineCount(1);
        assertThat(outcome("{% if %}")).startsWith("refused: ").hasLineCount(1);
        assertThat(outcome("{# open")).contains("a comment does not end");
        assertThat(outcome("x".repeat(2_000_000))).contains("has 2,000,000 letters; at most 1,048,576 are read");
    }

    @Test
    void spaceIsWhatPythonTakesForIt() {
        Map<String, Object> variables = Map.of("x", "\u0085\u00a0a\u0085b\u2003 c \u2028");
        assertThat(render("{{ x.strip() }}", variables)).isEqualTo("a\u0085b\u2003 c");
        assertThat(render("{{ x.lstrip() }}", variables)).isEqualTo("a\u0085b\u2003 c \u2028");
        assertThat(render("{{ x.split() | join('|') }}", variables)).isEqualTo("a|b|c");
        assertThat(render("{{ x.split(none, 1) | join('|') }}", variables)).isEqualTo("a|b\u2003 c \u2028");
        assertThat(render("{{ x[:2].isspace() }}", variables)).isEqualToIgnoringCase("true");
    }

    @Test
    void listsMayHoldNothing() {
        Map<String, Object> variables = Map.of("x", Arrays.asList("a", null, "a"));
        assertThat(render("{{ x.count('a') }}", variables)).isEqualTo("2");
        assertThat(render("{{ x.count(none) }}", variables)).isEqualTo("1");
    }

    private static String outcome(String template) {
        try {
            return render(template, Map.of("messages", List.of(Map.of("role", "user", "content", "hi")), "x", "text"));
        } catch (GatehouseException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static String render(String template, Map<String, ?> variables) {
        return new JinjaTemplate(FILE, template, CLOCK).render(variables);
    }

    private static Map<String, ?> variables(JsonNode one) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(
                "messages", JSON.convertValue(one.path("messages"), new TypeReference<List<Map<String, Object>>>() {}));
        variables.put("add_generation_prompt", one.path("add_generation_prompt").booleanValue());
        variables.put("bos_token", "<s>");
        variables.put("eos_token", "</s>");
        return variables;
    }
}
