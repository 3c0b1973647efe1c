package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tokens end a text, by the files of a model. */
final class TestEndTokens {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void areThoseOfTheGenerationConfigOrElseOfTheConfig() throws IOException {
        assertThat(EndTokens.of(directory)).isEmpty();
        write("config.json", "{\"text_config\": {\"eos_token_id\": 7}}");
        assertThat(EndTokens.of(directory)).containsExactly(7);
        write("config.json", "{\"eos_token_id\": 5, \"text_config\": {\"eos_token_id\": 7}}");
        assertThat(EndTokens.of(directory)).containsExactly(5);
        write("generation_config.json", "{\"eos_token_id\": null}");
        assertThat(EndTokens.of(directory)).containsExactly(5);
        write("generation_config.json", "{\"eos_token_id\": [2, 9, 2]}");
        assertThat(EndTokens.of(directory)).containsExactlyInAnyOrder(2, 9);
    }

    @Test
    void refusesWhatIsNotATokenId() throws IOException {
        for (String value : new String[] {"\"</s>\"", "-1", "[1, 2.5]", "{}"}) {
            write("generation_config.json", "{\"eos_token_id\": " + value + "}");
            assertThatExceptionOfType(GatehouseException.class)
                    .as(value)
                    .isThrownBy(() -> EndTokens.of(directory))
                    .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT))
                    .withMessageContaining("eos_token_id");
        }
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(directory.resolve(file), content);
    }
}
