package io.gatehouse.bench.command;

import io.gatehouse.base.DurationText;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.sample.exam.ExamReport;
import io.gatehouse.sample.exam.ExamReport.SubjectScore;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.SampleQuiz;
import io.gatehouse.sample.training.Trainer;
import io.gatehouse.sample.training.TrainingListener;
import io.gatehouse.sample.training.TrainingPlan;
import io.gatehouse.sample.training.TrainingReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        description = "Trains the sample model and writes it as a Hugging Face checkpoint with its model card.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse sample train --output model --seed 1"})
final class SampleTrainCommand implements Callable<Integer> {
    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Directory for the checkpoint.")
    private Path out = Path.of("");

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the initial weights and the training order; default: ${DEFAULT-VALUE}.")
    private long seed = TrainingPlan.BUNDLED_SEED;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Training steps; fewer make a weaker model sooner. Default: ${DEFAULT-VALUE}.")
    private int steps = TrainingPlan.BUNDLED_STEPS;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Curriculum curriculum = Curriculum.bundled();
        SampleQuiz quiz = SampleQuiz.generate(curriculum, SampleQuiz.BUNDLED_SEED);
        PrintWriter progress = spec.commandLine().getErr();
        Trainer trainer =
                new Trainer(TrainingPlan.bundled(seed, steps), curriculum, quiz, step -> progress.println(line(step)));
        report(trainer.train(out)).print(output);
        return 0;
    }

    private static Report report(TrainingReport training) {
        ExamReport exam = training.exam();
        Report report = new Report()
                .figure("Parameters", training.parameters())
                .figure("Steps", training.effort().steps())
                .figure("Training seconds", training.effort().time().toSeconds())
                .figure("Test questions", exam.questions())
                .figure("Accuracy", exam.accuracy())
                .figure("Accuracy after five examples", exam.accuracyWithExamples());
        for (SubjectScore score : exam.subjects()) {
            report.figure("Accuracy in " + score.subject(), score.accuracy());
        }
        return report;
    }

    private static String line(TrainingListener.Progress step) {
        String validated = step.validation().isPresent()
                ? format("  validation %.1f%%", 100 * step.validation().getAsDouble())
                : "";
        return format(
                "%,6d of %,d steps  loss %.3f  %,.0f prompts/s  %s left%s",
                step.step(),
                step.steps(),
                step.loss(),
                step.promptsPerSecond(),
                DurationText.of(step.timeLeft()),
                validated);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
