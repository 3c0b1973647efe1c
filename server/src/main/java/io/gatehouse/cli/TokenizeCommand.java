package io.gatehouse.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gatehouse.checkpoint.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tokenize}: lines of JSON strings in, lines of JSON arrays of token ids out. */
@Command(
        name = "tokenize",
        description = {
            "Turns text into a model's token ids.",
            "Each line of the input is a JSON string; its ids are printed as one JSON array per line."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  echo '\"Hello world\"' | gatehouse tokenize --model models/olmoe"})
final class TokenizeCommand implements Callable<Integer> {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description = "Model directory, or a tokenizer.json.")
    private Path model = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path file = Files.isDirectory(model) ? model.resolve("tokenizer.json") : model;
        try (Tokenizer tokenizer = Tokenizer.open(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.print(array(tokenizer.encode(text(line, number))));
                out.print('\n');
                // Someone may be waiting for this answer before asking on.
                if (!lines.ready()) {
                    out.flush();
                }
                number++;
            }
        } finally {
            out.flush();
        }
        return 0;
    }

    private static String text(String line, long number) {
        try {
            JsonNode value = JSON.readTree(line);
            if (value.isTextual()) {
                return value.textValue();
            }
        } catch (JsonProcessingException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Line %d of the input is not a JSON string: %s".formatted(number, e.getOriginalMessage()),
                    e);
        }
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "Line %d of the input is not a JSON string".formatted(number));
    }

    private static String array(int[] ids) {
        StringBuilder array = new StringBuilder(2 + 6 * ids.length).append('[');
        for (int i = 0; i < ids.length; i++) {
            array.append(i == 0 ? "" : ",").append(ids[i]);
        }
        return array.append(']').toString();
    }
}
