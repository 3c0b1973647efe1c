package io.gatehouse.completion;

import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Message;
import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.gguf.GgufModel;
import io.gatehouse.checkpoint.gguf.GgufTokenizer;
import io.gatehouse.checkpoint.tokenizer.ChatConfig;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.Sampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.StopTexts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A model, its tokenizer and its chat template. The weights are read for the first completion. For one thread. */
public final class CompletionModel implements AutoCloseable {
    /** Log-probabilities of one request: as many as are sent in about 25 MB. */
    private static final long MOST_SCORES = 1 << 18;

    /** Characters of prompts that one request may have sent back: 6 MB if each is escaped in JSON. */
    private static final long MOST_ECHOED = 1 << 20;

    /** Tokens that one request may have generated, of all of its texts together: their text is far below 64 MB. */
    private static final long MOST_GENERATED = 1 << 18;

    private static final String END = "eos_token";

    private final Checkpoint checkpoint;
    private final EngineOptions options;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chat;
    private final ModelDescription description;
    private Optional<Engine> engine = Optional.empty();

    private CompletionModel(
            Checkpoint checkpoint,
            EngineOptions options,
            Tokenizer tokenizer,
            Optional<ChatTemplate> chat,
            ModelDescription description) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.description = description;
    }

    /**
     * Reads a model short of its weights.
     *
     * @param memory bytes that this process may take
     * @throws GatehouseException INVALID_ARGUMENT if there is no such precision or device; what is wrong with the model
     */
    public static CompletionModel open(ModelSpec spec, long memory) {
        Path path = RunRequest.path(spec.path());
        EngineOptions options = RunRequest.engineOptions(spec.precision(), spec.device(), Optional.empty())
                .within(memory);
        options.device().requirePresent();
        Checkpoint checkpoint = Checkpoint.open(path);
        try {
            Tokenizer tokenizer = checkpoint.openTokenizer();
            try {
                Optional<ChatTemplate> chat =
                        ChatTemplate.find(path, Clock.system(ZoneId.systemDefault()), Thinking.DEFAULT);
                return new CompletionModel(checkpoint, options, tokenizer, chat, describe(checkpoint, tokenizer));
            } catch (RuntimeException e) {
                tokenizer.close();
                throw e;
            }
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    private static ModelDescription describe(Checkpoint checkpoint, Tokenizer tokenizer) {
        Path path = checkpoint.directory();
        Optional<ChatConfig> config =
                ChatConfig.find(path).or(() -> GgufModel.find(path).flatMap(GgufTokenizer::chat));
        Map<String, String> special =
                new TreeMap<>(config.map(ChatConfig::specialTokens).orElseGet(() -> ChatConfig.specialTokens(path)));
        EndTokens.of(path).stream()
                .sorted()
                .map(tokenizer::token)
                .filter(token -> !token.isEmpty())
                .findFirst()
                .ifPresent(token -> special.putIfAbsent(END, token));
        return new ModelDescription(checkpoint.config().maxPositions(), special, config.map(ChatConfig::template));
    }

    public ModelDescription description() {
        return description;
    }

    /** Ids of the tokens of a text. */
    public int[] encode(Input input) {
        if (input instanceof Input.Tokens tokens) {
            return tokens.ids();
        }
        if (input instanceof Input.Conversation conversation) {
            List<Message> messages = conversation.turns().stream()
                    .map(turn -> new Message(turn.role(), turn.content()))
                    .toList();
            return chat.orElseThrow(
                            () -> invalid("Model %s has no chat template; send a prompt to /v1/completions instead."
                                    .formatted(checkpoint.name())))
                    .encode(messages, conversation.answered());
        }
        Input.Text text = (Input.Text) input;
        return text.special() ? tokenizer.encodeBeginning(text.text()) : tokenizer.encode(text.text());
    }

    /**
     * The text of tokens together.
     *
     * @throws GatehouseException INVALID_ARGUMENT for an id that no token has
     */
    public String decode(int... tokens) {
        for (int token : tokens) {
            if (token < 0
                    || token >= tokenizer.vocabSize()
                    || tokenizer.token(token).isEmpty()) {
                throw invalid("Model %s has no token with the id %d; its ids are below %,d."
                        .formatted(checkpoint.name(), token, tokenizer.vocabSize()));
            }
        }
        return tokenizer.decode(tokens);
    }

    /**
     * Computes what a request asks for.
     *
     * @param inParts whether a text is sent in parts, while it is generated
     * @param tokenised called after each prompt is tokenised; ends the computation by throwing
     * @param progress called when the weights are there, and after each layer; ends the computation by throwing
     * @param completed is given each text when it ends, or each part of one
     * @throws GatehouseException INVALID_ARGUMENT if prompt and text are longer than the model takes, or if more tokens,
     *     scores or characters of prompts are asked for than are sent; what the engine throws
     */
    public void complete(
            CompletionRequest request,
            boolean inParts,
            Runnable tokenised,
            Runnable progress,
            Consumer<Completion> completed) {
        int asked = request.prompts().size() * request.samples();
        request.maxTokens().ifPresent(maxTokens -> requireFewTokens(asked, maxTokens));
        List<int[]> prompts = new ArrayList<>();
        for (Input input : request.prompts()) {
            prompts.add(encode(input));
            tokenised.run();
        }
        prompts.forEach(
                prompt -> requireShort(prompt.length, request.maxTokens().orElse(1)));
        int maxTokens = request.maxTokens()
                .orElseGet(() -> (int) Math.min(description.positions() - longest(prompts), MOST_GENERATED / asked));
        requireFewScores(request, prompts, maxTokens);
        List<String> echoed = echoed(request, prompts);
        List<Prompt> texts = new ArrayList<>();
        for (int[] prompt : prompts) {
            for (int sample = 0; sample < request.samples(); sample++) {
                texts.add(new Prompt(prompt));
            }
        }
        Engine loaded = engine();
        progress.run();
        StopTexts stop = new StopTexts(request.stop());
        Set<Integer> endTokens = EndTokens.of(checkpoint.directory());
        // A prompt alone is followed by a token, too, which is then left out.
        GenerationOptions generation = new GenerationOptions(
                        Math.max(1, maxTokens), 0, endTokens, List.of(), tokens -> stop.isIn(tokens, tokenizer))
                .sampled(sampling(request.sampling()), text -> text % request.samples());
        Capture capture = request.echo() && request.top().isPresent() ? Capture.LOGITS : Capture.NOTHING;
        loaded.generate(
                texts,
                generation,
                capture,
                new CompletionListener(
                        request, inParts, texts, echoed, maxTokens, stop, endTokens, tokenizer, progress, completed));
    }

    private Engine engine() {
        if (engine.isEmpty()) {
            engine = Optional.of(Engine.load(checkpoint, options));
        }
        return engine.get();
    }

    private static Sampling sampling(TokenSampling asked) {
        return asked.temperature() == 0
                ? new Sampling(false, 1, 0, 1, 0, asked.repetitionPenalty(), 0)
                : new Sampling(
                        true,
                        asked.temperature(),
                        asked.topK(),
                        asked.topP(),
                        asked.minP(),
                        asked.repetitionPenalty(),
                        asked.seed());
    }

    private static int longest(List<int[]> prompts) {
        return prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    }

    private void requireShort(int prompt, int maxTokens) {
        if ((long) prompt + maxTokens > description.positions()) {
            throw invalid("The prompt has %,d tokens and max_tokens is %,d; the context of the model is %,d tokens."
                    .formatted(prompt, maxTokens, description.positions()));
        }
    }

    private static void requireFewTokens(int texts, int maxTokens) {
        if ((long) texts * maxTokens > MOST_GENERATED) {
            throw invalid(
                    "The request asks for up to %,d generated tokens (%,d texts, max_tokens is %,d); the limit is %,d."
                            .formatted((long) texts * maxTokens, texts, maxTokens, MOST_GENERATED));
        }
    }

    private static void requireFewScores(CompletionRequest request, List<int[]> prompts, int maxTokens) {
        if (request.top().isEmpty()) {
            return;
        }
        long tokens = prompts.stream()
                .mapToLong(prompt -> maxTokens + (request.echo() ? prompt.length : 0))
                .sum();
        long scores = tokens * request.samples() * (1 + request.top().get());
        if (scores > MOST_SCORES) {
            throw invalid("The request asks for up to %,d log-probabilities; the limit is %,d."
                    .formatted(scores, MOST_SCORES));
        }
    }

    /** The texts of the prompts where they are sent back: as they came, or those of their tokens. */
    private List<String> echoed(CompletionRequest request, List<int[]> prompts) {
        if (!request.echo()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            texts.add(request.prompts().get(i) instanceof Input.Text text ? text.text() : tokenizer.decode(prompt));
        }
        long characters = texts.stream().mapToLong(String::length).sum() * request.samples();
        if (characters > MOST_ECHOED) {
            throw invalid("The request asks for %,d characters of prompts to be sent back; the limit is %,d."
                    .formatted(characters, MOST_ECHOED));
        }
        return texts;
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }

    @Override
    public void close() {
        engine.ifPresent(Engine::close);
        chat.ifPresent(ChatTemplate::close);
        tokenizer.close();
        checkpoint.close();
    }
}
