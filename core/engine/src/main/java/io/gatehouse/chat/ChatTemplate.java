package io.gatehouse.chat;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.gguf.GgufModel;
import io.gatehouse.checkpoint.gguf.GgufTokenizer;
import io.gatehouse.checkpoint.tokenizer.ChatConfig;
import io.gatehouse.checkpoint.tokenizer.ChatTokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A checkpoint's chat template with its tokenizer: messages to the token ids that the model was taught to read them
 * as. The ids are those of Hugging Face's apply_chat_template, but for one thing: a special token becomes one only where
 * the template wrote it, and what merely looks like one in a message stays text.
 *
 * <p>Not thread-safe.
 */
public final class ChatTemplate implements AutoCloseable {
    private static final String THOUGHT_BEGINS = "<think>";
    private static final String THOUGHT_ENDS = "</think>";

    /** What turns thinking off in the templates that have a switch. */
    private static final List<String> SWITCHES = List.of("enable_thinking", "thinking");

    /** A switch in an expression or statement of Jinja. */
    private static final Pattern SWITCH = Pattern.compile("\\{[%{][^}]*\\b(?:enable_)?thinking\\b");

    private final JinjaTemplate template;
    private final ChatConfig config;
    private final ChatTokenizer tokenizer;
    private final SpecialText special;
    private final Thinking thinking;

    private ChatTemplate(JinjaTemplate template, ChatConfig config, ChatTokenizer tokenizer, Thinking thinking) {
        this.template = template;
        this.config = config;
        this.tokenizer = tokenizer;
        this.special = new SpecialText(tokenizer.specialTokens());
        this.thinking = thinking;
    }

    /**
     * Opens the template of a model directory or GGUF file, if it has one.
     *
     * @param clock says the date to templates that ask for it, so that prompts can be repeated on another day
     * @throws GatehouseException CORRUPT_CHECKPOINT, FILE_NOT_FOUND, or UNSUPPORTED_MODEL for a template that cannot be
     *     run
     */
    public static Optional<ChatTemplate> find(Path directory, Clock clock) {
        return find(directory, clock, Thinking.DEFAULT);
    }

    /**
     * The same for a model that is asked to think or not to.
     *
     * @throws GatehouseException INVALID_ARGUMENT, too, if the template has no switch to turn thinking off, or the
     *     tokenizer no token that begins a think block
     */
    public static Optional<ChatTemplate> find(Path directory, Clock clock, Thinking thinking) {
        requireNonNull(directory, "directory is null");
        requireNonNull(clock, "clock is null");
        requireNonNull(thinking, "thinking is null");
        Optional<ChatConfig> own = ChatConfig.find(directory);
        return own.isPresent()
                ? own.map(config -> ofDirectory(directory, config, clock, thinking))
                : ofGguf(directory, clock, thinking);
    }

    private static ChatTemplate ofDirectory(Path directory, ChatConfig config, Clock clock, Thinking thinking) {
        JinjaTemplate template = new JinjaTemplate(config.file(), config.template(), clock);
        ChatTokenizer tokenizer = ChatTokenizer.open(
                directory.resolve("tokenizer.json"), config.specialTokens().values());
        return checked(new ChatTemplate(template, config, tokenizer, thinking));
    }

    private static ChatTemplate checked(ChatTemplate template) {
        try {
            template.requireThinking();
            return template;
        } catch (RuntimeException e) {
            template.close();
            throw e;
        }
    }

    private void requireThinking() {
        if (thinking == Thinking.OFF && !SWITCH.matcher(config.template()).find()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The chat template of %s cannot switch thinking off: it reads neither %s. Use --thinking empty or default"
                            .formatted(config.file(), String.join(" nor ", SWITCHES)));
        }
        if (thinking == Thinking.EMPTY
                && tokenizer.encode(special.replace(THOUGHT_BEGINS, tokenizer::standIn)).length != 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The tokenizer of %s has no token %s, which an empty think block needs"
                            .formatted(config.file(), THOUGHT_BEGINS));
        }
    }

    private static Optional<ChatTemplate> ofGguf(Path path, Clock clock, Thinking thinking) {
        return GgufModel.find(path)
                .flatMap(file -> GgufTokenizer.chat(file).map(config -> {
                    JinjaTemplate template = new JinjaTemplate(file, config.template(), clock);
                    ChatTokenizer tokenizer = ChatTokenizer.of(
                            file,
                            GgufTokenizer.json(file),
                            config.specialTokens().values());
                    return checked(new ChatTemplate(template, config, tokenizer, thinking));
                }));
    }

    /** Whether the text may depend on the date. */
    public boolean usesDate() {
        return config.template().contains("strftime_now");
    }

    /**
     * Returns the token ids of a conversation.
     *
     * @param addGenerationPrompt whether the text ends where the assistant begins to answer
     * @throws GatehouseException INVALID_ARGUMENT if the template does not take these messages
     */
    public int[] encode(List<Message> messages, boolean addGenerationPrompt) {
        return tokenizer.encode(special.replace(renderMarked(messages, addGenerationPrompt), tokenizer::standIn));
    }

    /**
     * Returns the token ids of a conversation in which the assistant has begun to answer.
     *
     * @param answer follows after a space, unless the template ends in one or in a line's end
     */
    public int[] encodeAnswer(List<Message> messages, String answer) {
        return tokenizeAnswer(messages, answer).tokens().ids();
    }

    /** The same with the text of the conversation. */
    public ChatText tokenizeAnswer(List<Message> messages, String answer) {
        String asked = special.replace(renderMarked(messages, true), tokenizer::standIn);
        boolean apart = asked.endsWith("\n") || asked.endsWith(" ") || answer.isEmpty();
        String text = asked + (apart ? "" : " ") + answer;
        return new ChatText(text, asked.length(), tokenizer.tokenize(text));
    }

    /** Returns the text of a conversation, in which special tokens cannot be told from text that looks like them. */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        return special.replace(renderMarked(messages, addGenerationPrompt), token -> token);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private String renderMarked(List<Message> messages, boolean addGenerationPrompt) {
        if (messages.isEmpty()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "A conversation needs at least one message");
        }
        Map<String, Object> variables = new HashMap<>(config.specialTokens());
        variables.put(
                "messages",
                messages.stream()
                        .map(message -> {
                            Map<String, Object> fields = new LinkedHashMap<>();
                            fields.put("role", special.mark(message.role()));
                            fields.put("content", special.mark(message.content()));
                            return fields;
                        })
                        .toList());
        variables.put("add_generation_prompt", addGenerationPrompt);
        if (thinking == Thinking.OFF) {
            SWITCHES.forEach(name -> variables.put(name, false));
        }
        String text = template.render(variables);
        return addGenerationPrompt && thinking == Thinking.EMPTY ? text + emptyThought(text) : text;
    }

    /** As Qwen3's template writes it; a template may have begun the block itself. */
    private static String emptyThought(String text) {
        if (text.endsWith(THOUGHT_BEGINS + "\n")) {
            return "\n" + THOUGHT_ENDS + "\n\n";
        }
        return (text.endsWith(THOUGHT_BEGINS) ? "" : THOUGHT_BEGINS) + "\n\n" + THOUGHT_ENDS + "\n\n";
    }
}
