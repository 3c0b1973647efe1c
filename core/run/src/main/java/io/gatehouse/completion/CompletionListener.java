package io.gatehouse.completion;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.completion.Completion.Scored;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.run.StopTexts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Makes completions of what the engine computes. The texts of a prompt follow each other. */
final class CompletionListener implements GenerationListener {
    private final CompletionRequest request;
    private final boolean inParts;
    private final List<Prompt> texts;
    private final List<String> echoed;
    private final int maxTokens;
    private final StopTexts stop;
    private final Set<Integer> endTokens;
    private final Tokenizer tokenizer;
    private final Runnable progress;
    private final Consumer<Completion> completed;
    /** Of texts that have begun, where scores are asked for. */
    private final Map<Integer, ScoredText> scores = new HashMap<>();
    /** Texts that have begun, where they are sent in parts. */
    private final Map<Integer, GrowingText> growing = new HashMap<>();
    /** Texts of which a part was sent. */
    private final Set<Integer> begun = new HashSet<>();

    /**
     * Makes completions of one request.
     *
     * @param inParts whether a text is sent in parts, while it is generated
     * @param echoed text of each prompt, if they are sent back
     */
    CompletionListener(
            CompletionRequest request,
            boolean inParts,
            List<Prompt> texts,
            List<String> echoed,
            int maxTokens,
            StopTexts stop,
            Set<Integer> endTokens,
            Tokenizer tokenizer,
            Runnable progress,
            Consumer<Completion> completed) {
        this.request = request;
        this.inParts = inParts;
        this.texts = texts;
        this.echoed = echoed;
        this.maxTokens = maxTokens;
        this.stop = stop;
        this.endTokens = Set.copyOf(endTokens);
        this.tokenizer = tokenizer;
        this.progress = progress;
        this.completed = completed;
    }

    @Override
    public void allPromptLogits(int[] prompts, float[] logits) {
        int vocabulary = logits.length / prompts.length;
        for (int row = 0; row < prompts.length; row++) {
            scores(prompts[row]).promptLogits(Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary));
        }
    }

    @Override
    public void chosen(int text, int position, int token, float logProbability, float[] logits) {
        // A prompt alone is followed by a token, too, which is not of the answer.
        if (maxTokens == 0) {
            return;
        }
        if (request.top().isPresent()) {
            scores(text).chosen(token, logits);
        }
        if (inParts && !endTokens.contains(token)) {
            GrowingText grown = growing(text);
            grown.add(token);
            String part = grown.next();
            if (!part.isEmpty()) {
                send(text, part, Completion.End.OPEN, grown.takeTokens(grown.count()), takeScores(text));
            }
        }
    }

    @Override
    public void finished(int text, Generated generated) {
        int count = Math.min(maxTokens, generated.tokens().length);
        boolean ended = generated.finish() == Generated.Finish.END_TOKEN;
        int[] shown = Arrays.copyOf(generated.tokens(), ended ? Math.max(0, count - 1) : count);
        String whole = stop.before(tokenizer.decode(shown));
        GrowingText grown = growing(text);
        send(
                text,
                grown.rest(whole),
                count > 0 && generated.finish() != Generated.Finish.LENGTH
                        ? Completion.End.STOP
                        : Completion.End.LENGTH,
                grown.takeTokens(count),
                takeScores(text));
        scores.remove(text);
        growing.remove(text);
        begun.remove(text);
    }

    private void send(int text, String part, Completion.End end, int tokens, List<Scored> scored) {
        int prompt = text / request.samples();
        boolean first = begun.add(text);
        completed.accept(new Completion(
                prompt,
                text % request.samples(),
                part,
                end,
                request.echo() && first ? Optional.of(echoed.get(prompt)) : Optional.empty(),
                texts.get(text).tokens().length,
                tokens,
                scored));
    }

    private ScoredText scores(int text) {
        return scores.computeIfAbsent(
                text,
                absent -> new ScoredText(texts.get(text).tokens(), request.top().orElse(0), tokenizer));
    }

    private List<Scored> takeScores(int text) {
        return Optional.ofNullable(scores.get(text)).map(ScoredText::take).orElse(List.of());
    }

    private GrowingText growing(int text) {
        return growing.computeIfAbsent(text, absent -> new GrowingText(tokenizer, stop));
    }

    @Override
    public void layerDone(int layer, int tokens) {
        progress.run();
    }
}
