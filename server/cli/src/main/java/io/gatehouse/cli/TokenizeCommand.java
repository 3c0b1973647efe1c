package io.gatehouse.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Message;
import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tokenize}: lines of JSON strings in, lines of JSON arrays of token ids out. */
@Command(
        name = "tokenize",
        description = {
            "Turns text into a model's token ids.",
            "Each line of the input is a JSON string; its ids are printed as one JSON array per line.",
            "With --chat each line is a user message: the model's chat template makes a prompt of it, and the text,"
                    + " ids and tokens of the prompt are printed as one JSON object per line."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  echo '\"Hello world\"' | gatehouse tokenize --model models/olmoe",
            "  echo '\"Hello world\"' | gatehouse tokenize --model models/olmoe-instruct --chat"
        })
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

    @Option(names = "--chat", description = "Treat each line as the only message of a conversation.")
    private boolean asChat;

    @Option(
            names = "--thinking",
            paramLabel = "CHOICE",
            defaultValue = RunRequest.THINKING,
            description = "How a reasoning model is asked, as in run --thinking; default: ${DEFAULT-VALUE}.")
    private String thinking = RunRequest.THINKING;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        Path file = Files.isDirectory(model) ? model.resolve("tokenizer.json") : model;
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            Thinking choice = Thinking.of(thinking);
            if (!asChat) {
                if (choice != Thinking.DEFAULT) {
                    throw new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT, "--thinking %s needs --chat".formatted(thinking));
                }
                answer(text -> array(tokenizer.encode(text)));
                return 0;
            }
            try (ChatTemplate chat = ChatTemplate.find(model, Clock.system(ZoneId.systemDefault()), choice)
                    .orElseThrow(() -> new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT, "Model %s has no chat template".formatted(model)))) {
                answer(text -> conversation(chat, tokenizer, text));
            }
        }
        return 0;
    }

    private void answer(Function<String, String> answer) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.print(answer.apply(text(line, number)));
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
    }

    private static String conversation(ChatTemplate chat, Tokenizer tokenizer, String text) {
        List<Message> messages = List.of(Message.user(text));
        int[] ids = chat.encode(messages, true);
        Map<String, Object> prompt = new LinkedHashMap<>();
        prompt.put("text", chat.render(messages, true));
        prompt.put("ids", ids);
        prompt.put("tokens", IntStream.of(ids).mapToObj(tokenizer::token).toList());
        try {
            return new ObjectMapper().writeValueAsString(prompt);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts and numbers always have a JSON text", e);
        }
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
