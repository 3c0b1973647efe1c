package io.gatehouse.bench.command;

import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.MmluWriter;
import io.gatehouse.sample.quiz.SampleQuiz;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "quiz",
        description = "Generates the sample quiz in MMLU's CSV layout: dev, val and test files per subject.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse sample quiz --output quiz --seed 1"})
final class SampleQuizCommand implements Callable<Integer> {
    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Directory for dev, val and test.")
    private Path out = Path.of("");

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the quiz; default: ${DEFAULT-VALUE}.")
    private long seed = SampleQuiz.BUNDLED_SEED;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        SampleQuiz quiz = SampleQuiz.generate(Curriculum.bundled(), seed);
        MmluWriter.write(quiz, out);
        int questions = quiz.parts().stream()
                .mapToInt(part -> part.subject().test().size())
                .sum();
        spec.commandLine()
                .getOut()
                .printf(
                        "%d subjects, %d test questions written to %s%n",
                        quiz.parts().size(), questions, out);
        return 0;
    }
}
