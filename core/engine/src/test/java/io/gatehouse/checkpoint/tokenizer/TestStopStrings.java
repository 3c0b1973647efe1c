package io.gatehouse.checkpoint.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatehouse.testing.SharedData;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestStopStrings {
    @Test
    void areFoundAcrossTheBordersOfTokens() {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tokenizers/gpt-neox-olmo-dolma-v1_5.json"))) {
            StopStrings stop = new StopStrings(tokenizer, List.of("er is\n", "</s>"));
            String text = "word ".repeat(100) + "The answer is\n\nQuestion 7";
            int[] tokens = tokenizer.encode(text);
            int first = 0;
            while (!stop.test(Arrays.copyOf(tokens, first))) {
                first++;
            }
            String shortest = tokenizer.decode(Arrays.copyOf(tokens, first));
            assertThat(shortest).contains("er is\n");
            assertThat(tokenizer.decode(Arrays.copyOf(tokens, first - 1))).doesNotContain("er is\n");
            assertThat(tokenizer.encode("er is\n").length)
                    .as("tokens of the string")
                    .isGreaterThan(1);
        }
    }

    @Test
    void areNotFoundWhereTheyAreNot() {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tokenizers/gpt-neox-olmo-dolma-v1_5.json"))) {
            int[] tokens = tokenizer.encode("Nothing ends here, nor h\u00e9re.");
            assertThat(new StopStrings(tokenizer, List.of("\u00e8", "ends  here")).test(tokens))
                    .isFalse();
            assertThat(new StopStrings(tokenizer, List.of("h\u00e9r")).test(tokens))
                    .isTrue();
            assertThat(new StopStrings(tokenizer, List.of()).test(tokens)).isFalse();
            assertThat(new StopStrings(tokenizer, List.of("x")).test(new int[0]))
                    .isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> new StopStrings(tokenizer, List.of("a", "")));
        }
    }
}
