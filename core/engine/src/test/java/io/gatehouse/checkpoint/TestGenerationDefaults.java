package io.gatehouse.checkpoint;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestGenerationDefaults {
    @TempDir
    private Path model = Path.of("");

    @Test
    void takesWhatTheFileSaysAndElseTheDefaultsOfHuggingFace() throws IOException {
        assertThat(read("{}")).isEqualTo(new GenerationDefaults(false, 1, 0, 1, 0, 1));
        assertThat(read("{\"do_sample\": true}")).isEqualTo(new GenerationDefaults(true, 1, 50, 1, 0, 1));
        assertThat(read("""
                        {"do_sample": true, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.1,
                         "repetition_penalty": 1.05, "typical_p": 1.0, "num_beams": 1, "bad_words_ids": null}""")).isEqualTo(new GenerationDefaults(true, 0.7, 20, 0.8, 0.1, 1.05));
        assertThat(read("{\"do_sample\": true, \"temperature\": 1e-06}").temperature())
                .isEqualTo(1e-6);
        // The repetition penalty acts in greedy generation, too.
        assertThat(read("{\"temperature\": 0.7, \"top_p\": 0.8, \"repetition_penalty\": 1.1}"))
                .isEqualTo(new GenerationDefaults(false, 1, 0, 1, 0, 1.1));
    }

    @Test
    void namesWhatItCannotTake() {
        assertRefused(
                () -> GenerationDefaults.of(model),
                ErrorCode.INVALID_ARGUMENT,
                "has no generation_config.json: use --sampling greedy or random");
        assertRefused(
                () -> read("{\"no_repeat_ngram_size\": 3}"),
                ErrorCode.UNSUPPORTED_MODEL,
                "has \"no_repeat_ngram_size\": 3, which is not implemented");
        assertRefused(
                () -> read("{\"suppress_tokens\": [1]}"),
                ErrorCode.UNSUPPORTED_MODEL,
                "has \"suppress_tokens\": [1], which is not implemented");
        assertRefused(
                () -> read("{\"do_sample\": true, \"temperature\": 0}"),
                ErrorCode.CORRUPT_CHECKPOINT,
                "field 'temperature' is 0 instead of a number from 1.0E-6 to 1000.0");
        assertRefused(
                () -> read("{\"do_sample\": true, \"temperature\": 1e-46}"),
                ErrorCode.CORRUPT_CHECKPOINT,
                "field 'temperature' is 1.0E-46 instead of a number from 1.0E-6 to 1000.0");
        assertRefused(
                () -> read("{\"repetition_penalty\": 1e300}"),
                ErrorCode.CORRUPT_CHECKPOINT,
                "field 'repetition_penalty' is 1.0E300 instead of a number from 0.01 to 100.0");
    }

    private GenerationDefaults read(String text) throws IOException {
        Files.writeString(model.resolve("generation_config.json"), text);
        return GenerationDefaults.of(model);
    }
}
