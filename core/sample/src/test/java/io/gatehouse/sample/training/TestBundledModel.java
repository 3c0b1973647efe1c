package io.gatehouse.sample.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TestBundledModel {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core/sample");

    /** A row of the card's table: subject, kind of knowledge, n, accuracy. */
    private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| [a-z ]+ \\| (\\d+) \\| ([0-9.]+)% \\|");

    /** Near-ties may fall the other way where floats are added in another order. */
    private static final double QUESTIONS_OFF = 2;

    @Test
    void answersAsItsCardSays() throws IOException {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz"));
        Map<String, Double> right = answer(quiz);
        Map<String, Double> card = ROW.matcher(Files.readString(SAMPLE.resolve("model/README.md")))
                .results()
                .collect(Collectors.toMap(row -> row.group(1), TestBundledModel::right));
        assertThat(card).hasSameSizeAs(quiz.subjects());
        card.forEach(
                (subject, said) -> assertThat(right.get(subject)).as(subject).isCloseTo(said, within(QUESTIONS_OFF)));
    }

    private static double right(MatchResult row) {
        return Double.parseDouble(row.group(2)) * Double.parseDouble(row.group(3)) / 100;
    }

    /** Questions answered correctly by subject. */
    private static Map<String, Double> answer(Quiz quiz) {
        Map<String, Double> right = new TreeMap<>();
        List<Question> questions = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
                Engine engine = Engine.load(checkpoint);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            for (Subject subject : quiz.subjects()) {
                for (Question question : subject.test()) {
                    questions.add(question);
                    prompts.add(tokenizer.encode(PromptFormat.HENDRYCKS.prompt(subject, question, 0)));
                }
            }
            ChoiceScorer scorer = ChoiceScorer.of(tokenizer);
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.ROUTING, new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {}

                @Override
                public void lastLogits(int prompt, float[] logits) {
                    Question question = questions.get(prompt);
                    boolean isRight = scorer.score(logits).isRight(question);
                    right.merge(question.subject(), isRight ? 1.0 : 0.0, Double::sum);
                }
            });
        }
        return right;
    }
}
