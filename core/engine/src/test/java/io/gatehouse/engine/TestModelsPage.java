package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.base.Resources;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.family.Families;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/models.md is made of the families, and of the fixtures that they are compared with. With -Dgatehouse.write.docs=true
 * it is written anew.
 */
final class TestModelsPage {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root", ".."), "docs", "models.md");

    /** The architectures that the metadata of GGUF files are translated to, by what such files call them. */
    private static final Map<String, String> GGUF = new TreeMap<>(Map.ofEntries(
            Map.entry("Qwen2MoeForCausalLM", "qwen2moe"),
            Map.entry("Qwen3MoeForCausalLM", "qwen3moe"),
            Map.entry("OlmoeForCausalLM", "olmoe"),
            Map.entry("MixtralForCausalLM", "llama"),
            Map.entry("GptOssForCausalLM", "gpt-oss"),
            Map.entry("DeepseekV2ForCausalLM", "deepseek2"),
            Map.entry("DeepseekV3ForCausalLM", "deepseek2"),
            Map.entry("GraniteMoeForCausalLM", "granitemoe"),
            Map.entry("Glm4MoeForCausalLM", "glm4moe"),
            Map.entry("Ernie4_5_MoeForCausalLM", "ernie4_5-moe"),
            Map.entry("Lfm2MoeForCausalLM", "lfm2moe"),
            Map.entry("Gemma4ForCausalLM", "gemma4")));

    /** Choices that only fixtures of ../shared use. */
    private static final List<String> ONLY_SHARED = List.of(
            "attention: Kimi delta attention with bounded decay",
            "attention: a norm of the output of each head",
            "attention: a norm of the rotated key",
            "attention: a sigmoid gate for each element",
            "attention: a sigmoid gate for each element, with a bias for each head",
            "attention: a softplus gate for each element",
            "attention: a sparse indexer of blocks",
            "attention: a sparse indexer of pools",
            "attention: an indexer that reads the input of the layer",
            "attention: an indexer that rotates the last entries",
            "attention: biases of queries, keys and values",
            "attention: grouped-query attention whose query and output projections are experts",
            "attention: latent vectors scaled",
            "attention: norms of queries and keys over each head, after the rotation",
            "attention: norms of queries and keys over each head, without weight",
            "attention: norms of queries and keys over each head, without weight, after the rotation",
            "attention: norms of queries and keys over the projection",
            "attention: queries grow with a power of their position",
            "attention: queries grow with the logarithm of their position, by learned factors",
            "attention: queries, keys and values clipped",
            "attention: the indexer of an earlier layer",
            "attention: the latent vectors of an earlier layer",
            "attention: values of another size",
            "attention: values scaled",
            "embedding and head: a norm of the embeddings",
            "embedding and head: logits scaled",
            "experts: SwiGLU of clamped",
            "experts: SwiGLU, then clamped",
            "experts: a bias of the summed output",
            "experts: a norm of the output of each expert",
            "experts: a norm of what the experts of another width read",
            "experts: of another width than the residual stream",
            "experts: some return what they read",
            "experts: the average with the shared expert",
            "norms and residual: LayerNorm",
            "norms and residual: RMS norm of the weighed vector",
            "norms and residual: RMS norm without weight",
            "norms and residual: after each block",
            "norms and residual: learned shares of the stream and of the block",
            "norms and residual: several streams",
            "norms and residual: several streams that are mixed",
            "norms and residual: shares of the stream and of the block that depend on the depth",
            "norms and residual: two halves with the mixture beside the second",
            "positions: angles with learned factors",
            "positions: dynamic with alpha",
            "positions: llama3",
            "router: a soft-cap of the logits",
            "router: groups by their best expert",
            "router: logits scaled",
            "router: score 0 in other groups",
            "router: weights divided by their sum, or a least number");

    /** A fixture: what expected.json says of it, and its config.json. */
    private record Fixture(String name, String architecture, String transformers, String note, Path config) {}

    @Test
    void thePageIsThatOfTheFamilies() throws IOException {
        String page = page();
        if (Boolean.getBoolean("gatehouse.write.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("docs/models.md is stale; write it with -Dtest=TestModelsPage -Dgatehouse.write.docs=true")
                .hasContent(page);
    }

    /** What the fixtures of the project, which may take 6 MB, leave to those of ../shared. */
    @Test
    void theProjectHasFixturesOfAllOtherChoices() throws IOException {
        ChoiceWords all = new ChoiceWords();
        ChoiceWords own = new ChoiceWords();
        for (Fixture fixture : fixtures()) {
            if (!TestFamilies.lacking().containsKey(fixture.name())) {
                all.add(described(fixture).config());
            }
        }
        for (Path fixture : FamilyFixtures.own()) {
            own.add(described(fixture(fixture)).config());
        }
        Set<String> missing = new TreeSet<>(all.all());
        missing.removeAll(own.all());
        assertThat(missing).containsExactlyElementsOf(ONLY_SHARED);
    }

    private static String page() throws IOException {
        List<Fixture> fixtures = fixtures();
        String versions =
                fixtures.stream().map(Fixture::transformers).distinct().sorted().collect(Collectors.joining(", "));
        StringBuilder page = new StringBuilder("""
                # Model families

                Generated by `TestModelsPage` from the families of
                [family/](../core/engine/src/main/java/io/gatehouse/checkpoint/family) and the fixtures that they are
                compared with; edit those, not this page. [engine.md](engine.md) explains the choices.

                Each family is compared with Hugging Face's code (transformers %s, fp32) on *fixtures*: tiny checkpoints of
                random weights in the layout of the published ones. Chosen experts, weights, hidden states and logits must
                agree (`TestFamilies`, tolerance 2e-4). No published checkpoint was run for this page. The choices of a family
                are those that its fixtures use.

                | family | `architectures` | fixtures |
                |---|---|---|
                """.formatted(versions));
        for (Family family : sorted()) {
            page.append("| [%s](#%s) | %s | %d |\n"
                    .formatted(
                            family.title(),
                            anchor(family.title()),
                            code(family.architectures()),
                            of(fixtures, family).size()));
        }
        for (Family family : sorted()) {
            section(page, family, of(fixtures, family));
        }
        storage(page);
        refused(page, fixtures);
        return page.toString();
    }

    private static void section(StringBuilder page, Family family, List<Fixture> fixtures) {
        page.append("\n## %s\n%s\n\n".formatted(family.title(), code(family.architectures())));
        ChoiceWords words = new ChoiceWords();
        fixtures.forEach(fixture -> words.add(described(fixture).config()));
        page.append("| part | choices |\n|---|---|\n");
        words.parts()
                .forEach((part, choices) -> page.append("| %s | %s |\n".formatted(part, String.join("; ", choices))));
        page.append("\n*Fixtures.* %s.\n"
                .formatted(
                        fixtures.isEmpty()
                                ? "An older one (`TestReference`)"
                                : fixtures.stream()
                                        .map(fixture -> "`" + fixture.name() + "`")
                                        .collect(Collectors.joining(", "))));
        List<String> notes = fixtures.stream().map(Fixture::note).distinct().toList();
        notes.forEach(note -> page.append("\n*Notes on the fixtures.* %s.\n".formatted(note.replace("*", "\\*"))));
        List<String> packed = packed().entrySet().stream()
                .filter(entry -> family.architectures().contains(entry.getValue()))
                .map(entry -> "`" + entry.getKey() + "`")
                .toList();
        List<String> gguf = family.architectures().stream()
                .filter(GGUF::containsKey)
                .map(GGUF::get)
                .distinct()
                .toList();
        page.append("\n*Storage.* Safetensors in each of the [formats](#storage-formats)%s%s.\n"
                .formatted(
                        gguf.isEmpty() ? "; no GGUF" : "; GGUF (" + code(gguf) + ")",
                        packed.isEmpty() ? "" : "; verified: " + String.join(", ", packed)));
        List<String> deviations = new ArrayList<>(family.deviations());
        if (!deviations.isEmpty()) {
            page.append("\n*Deviations.* %s\n".formatted(String.join(" ", deviations)));
        }
    }

    private static void storage(StringBuilder page) {
        page.append("""

                ## Storage formats
                How weights are stored does not depend on the family: fp32, fp16, bf16, FP8, MXFP4, compressed-tensors,
                ModelOpt, GPTQ, AWQ and bitsandbytes are read for each, per expert or with the experts of a layer fused;
                [engine.md](engine.md#storage-formats) lists them. GGUF files are read for the architectures named above.
                `TestPackedReference` compares these packed checkpoints with the outputs of their dequantised weights:

                | checkpoint | architecture |
                |---|---|
                """);
        packed().forEach((name, architecture) -> page.append("| `%s` | `%s` |\n".formatted(name, architecture)));
    }

    private static void refused(StringBuilder page, List<Fixture> fixtures) {
        page.append("""

                ## Refused
                Other architectures are refused by name. Those that transformers implements:

                | `architectures` | what Gatehouse lacks |
                |---|---|
                """);
        for (Fixture fixture : fixtures) {
            String lacking = TestFamilies.lacking().get(fixture.name());
            if (lacking != null) {
                page.append("| `%s` | %s |\n".formatted(fixture.architecture(), lacking));
            }
        }
    }

    /** The fixtures that transformers made, also those of refused families; drawn configurations are not among them. */
    private static List<Fixture> fixtures() throws IOException {
        List<Fixture> fixtures = new ArrayList<>();
        for (Path directory : FamilyFixtures.described()) {
            if (!FamilyFixtures.name(directory).matches(".*_s\\d+")) {
                fixtures.add(fixture(directory));
            }
        }
        return fixtures;
    }

    private static Fixture fixture(Path directory) throws IOException {
        JsonNode told =
                new ObjectMapper().readTree(directory.resolve("expected.json").toFile());
        Path config = directory.resolve("config.json");
        JsonNode keys = new ObjectMapper().readTree(config.toFile());
        return new Fixture(
                FamilyFixtures.name(directory),
                keys.path("architectures").path(0).asText(),
                told.path("transformers").asText(),
                told.path("note").asText(),
                config);
    }

    private static Families.Described described(Fixture fixture) {
        return Families.read(ConfigFile.parse(fixture.config(), ConfigFile.content(fixture.config())));
    }

    private static List<Fixture> of(List<Fixture> fixtures, Family family) {
        return fixtures.stream()
                .filter(fixture -> family.architectures().contains(fixture.architecture()))
                .toList();
    }

    /** The packed checkpoints of TestPackedReference, with the architecture of each. */
    private static Map<String, String> packed() {
        return Resources.text(TestModelsPage.class, "packed.csv")
                .lines()
                .map(line -> line.split(",", -1))
                .collect(Collectors.toMap(cells -> cells[0], cells -> cells[1], (one, other) -> one, TreeMap::new));
    }

    private static List<Family> sorted() {
        return Families.all().stream()
                .sorted((one, other) -> one.title().compareToIgnoreCase(other.title()))
                .toList();
    }

    private static String code(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    /** As GitHub makes it of a heading. */
    private static String anchor(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
    }
}
