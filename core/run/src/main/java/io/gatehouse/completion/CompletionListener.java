package io.gatehouse.completion;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.completion.Completion.Scored;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.run.StopTexts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes completions of what the engine computes. The texts of a prompt follow each other. */
final class CompletionListener implements GenerationListener {
    private final CompletionRequest request;
    private final List<Prompt> texts;
    private final List<String> echoed;
    private final int maxTokens;
    private final StopTexts stop;
    private final Tokenizer tokenizer;
    private final Runnable progress;
    private final Consumer<Completion> completed;
    /** Of texts that have begun, where scores are asked for. */
    private final Map<Integer, ScoredText> scores = new HashMap<>();

    /** @param echoed text of each prompt, if they are sent back */
    CompletionListener(
            CompletionRequest request,
            List<Prompt> texts,
            List<String> echoed,
            int maxTokens,
            StopTexts stop,
            Tokenizer tokenizer,
            Runnable progress,
            Consumer<Completion> completed) {
        this.request = request;
        this.texts = texts;
        this.echoed = echoed;
        this.maxTokens = maxTokens;
        this.stop = stop;
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
    public void chosen(int prompt, int position, int token, float logProbability, float[] logits) {
        if (request.top().isPresent()) {
            scores(prompt).chosen(token, logits);
        }
    }

    private ScoredText scores(int text) {
        return scores.computeIfAbsent(
                text,
                absent -> new ScoredText(texts.get(text).tokens(), request.top().orElse(0), tokenizer));
    }

    @Override
    public void finished(int text, Generated generated) {
        int[] prompt = texts.get(text).tokens();
        int count = Math.min(maxTokens, generated.tokens().length);
        boolean ended = generated.finish() == Generated.Finish.END_TOKEN;
        int[] shown = Arrays.copyOf(generated.tokens(), ended ? Math.max(0, count - 1) : count);
        ScoredText computed = scores.remove(text);
        List<Scored> scored =
                computed == null ? List.of() : computed.first(count + (request.echo() ? prompt.length : 0));
        completed.accept(new Completion(
                text / request.samples(),
                text % request.samples(),
                stop.before(tokenizer.decode(shown)),
                count > 0 && generated.finish() != Generated.Finish.LENGTH,
                request.echo() ? Optional.of(echoed.get(text / request.samples())) : Optional.empty(),
                prompt.length,
                count,
                scored));
    }

    @Override
    public void layerDone(int layer, int tokens) {
        progress.run();
    }
}
