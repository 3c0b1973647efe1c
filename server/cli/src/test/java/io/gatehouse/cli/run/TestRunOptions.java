package io.gatehouse.cli.run;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.OpenApiDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

/** A run that is asked for is the same on the command line and in JSON. */
final class TestRunOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Command
    private static final class Options {
        @Mixin
        private RunOptions run = new RunOptions();
    }

    @Test
    void theDescriptionOfTheApiHasItsOptions() throws IOException {
        List<String> described = new ArrayList<>();
        JSON.readTree(new OpenApiDocument().toJson())
                .at("/components/schemas/RunRequest/properties")
                .fieldNames()
                .forEachRemaining(described::add);
        assertThat(described).containsExactlyInAnyOrderElementsOf(RunRequest.fields());
        List<String> options = new CommandLine(new Options())
                .getCommandSpec().options().stream()
                        .map(OptionSpec::longestName)
                        .map(name -> name.substring("--".length()))
                        .toList();
        assertThat(options).containsExactlyInAnyOrderElementsOf(RunRequest.fields());
    }

    @Test
    void everyOptionIsAFieldOfTheSameName() throws IOException {
        RunRequest given = parsed(
                "--model=m",
                "--quiz=q",
                "--name=n",
                "--limit=5",
                "--subjects=a,b",
                "--shots=2",
                "--format=olmes",
                "--chat",
                "--thinking=off",
                "--long-prompts=truncate-examples",
                "--max-new-tokens=16",
                "--sampling=random",
                "--temperature=0.7",
                "--sample-top-k=20",
                "--top-p=0.8",
                "--min-p=0.05",
                "--repetition-penalty=1.05",
                "--seed=7",
                "--stop=Q:, or",
                "--stop=\n\n",
                "--answer=generate",
                "--extract=regex:a,(b)",
                "--match=number",
                "--record=last_prompt",
                "--record-lookahead=1,2",
                "--probabilities=last_prompt",
                "--norms",
                "--precision=fast",
                "--device=gpu:1",
                "--memory=4GB",
                "--mask=0:3,1:2",
                "--mask-unused-of=r",
                "--unused-scope=prompt",
                "--scale=0:1=0.5,2:3=2",
                "--top-k=3",
                "--resident=0:1,1:2",
                "--resident-of=s",
                "--resident-experts=4",
                "--resident-scope=last_prompt",
                "--keep=2",
                "--candidates=6");
        String json = """
                {"model": "m", "quiz": "q", "name": "n", "limit": 5, "subjects": ["a", "b"], "shots": 2,
                 "format": "olmes", "chat": true, "thinking": "off", "long-prompts": "truncate-examples", "max-new-tokens": 16, "sampling": "random", "temperature": 0.7, "sample-top-k": 20,
                 "top-p": 0.8, "min-p": 0.05, "repetition-penalty": 1.05, "seed": 7, "stop": ["Q:, or", "\\n\\n"],
                 "answer": "generate", "extract": "regex:a,(b)", "match": "number", "record": "last_prompt", "probabilities": "last_prompt",
                 "norms": true, "record-lookahead": [1, 2], "precision": "fast", "device": "gpu:1", "memory": "4GB", "mask": ["0:3", "1:2"],
                 "mask-unused-of": "r", "unused-scope": "prompt", "scale": ["0:1=0.5", "2:3=2"], "top-k": 3,
                 "resident": ["0:1", "1:2"], "resident-of": "s", "resident-experts": 4, "resident-scope": "last_prompt",
                 "keep": 2, "candidates": 6}
                """;
        assertThat(RunRequest.of(JSON.readTree(json))).isEqualTo(given);
        assertThat(RunRequest.of(given.toMap())).isEqualTo(given);
        assertThat(given.toMap().keySet()).containsExactlyInAnyOrderElementsOf(RunRequest.fields());
    }

    @Test
    void whatIsLeftOutHasTheSameDefault() throws IOException {
        RunRequest given = parsed("--model=m", "--quiz=q");
        assertThat(RunRequest.of(JSON.readTree("{\"model\": \"m\", \"quiz\": \"q\", \"limit\": null, \"mask\": null}")))
                .isEqualTo(given);
        assertThat(RunRequest.of(Map.of("model", "m", "quiz", "q", "subjects", "a,b", "limit", "7")))
                .isEqualTo(parsed("--model=m", "--quiz=q", "--subjects=a,b", "--limit=7"));
    }

    @Test
    void aValueThatCannotBeIsNamed() {
        assertRefused(
                () -> RunRequest.of(Map.of("shots", "many")),
                ErrorCode.INVALID_ARGUMENT,
                "The field \"shots\" cannot be \"many\".");
        assertRefused(
                () -> RunRequest.of(Map.of("limit", 1.5)),
                ErrorCode.INVALID_ARGUMENT,
                "The field \"limit\" cannot be 1.5.");
        assertRefused(
                () -> RunRequest.of(Map.of("mask", List.of(Map.of()))),
                ErrorCode.INVALID_ARGUMENT,
                "The field \"mask\" cannot be [{}].");
    }

    @Test
    void answersInTextNeedARule() {
        assertThat(parsed("--model=m", "--quiz=q", "--max-new-tokens=9", "--answer=generate", "--extract=number")
                        .generation())
                .hasValueSatisfying(plan -> assertThat(plan.answer()).hasValueSatisfying(rule -> {
                    assertThat(rule.id()).isEqualTo("number");
                    assertThat(rule.match()).isEqualTo(AnswerMatch.EXACT);
                }));
        refused(
                "--answer generate needs --extract with the rule that finds the answer in the text",
                "--answer=generate");
        refused("--answer generate needs --max-new-tokens", "--answer=generate", "--extract=number");
        refused("--extract and --match need --answer generate", "--extract=number");
        refused("--sampling takes greedy, random or model, not 'best'", "--max-new-tokens=9", "--sampling=best");
        refused("--seed needs --sampling random", "--max-new-tokens=9", "--seed=1");
        refused("--sampling and its options need --max-new-tokens", "--sampling=random");
        refused(
                "--top-p takes a number above 0 and up to 1, not 1.5",
                "--max-new-tokens=9",
                "--sampling=random",
                "--top-p=1.5");
        refused("m has no generation_config.json", "--max-new-tokens=9", "--sampling=model");
        refused("--stop needs --max-new-tokens", "--stop=Q:");
        refused("--stop takes a text of 1 to 1,000 characters, not of 0", "--max-new-tokens=9", "--stop=");
        refused("--answer takes logits or generate, not 'text'", "--answer=text");
    }

    private static void refused(String message, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--model=m", "--quiz=q"));
        arguments.addAll(List.of(options));
        RunRequest request = parsed(arguments.toArray(String[]::new));
        assertRefused(request::generation, ErrorCode.INVALID_ARGUMENT, message);
    }

    private static RunRequest parsed(String... arguments) {
        Options options = new Options();
        new CommandLine(options).parseArgs(arguments);
        return options.run.request();
    }
}
