package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import io.gatehouse.sample.exam.Exam;
import io.gatehouse.sample.exam.ExamReport;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.SampleQuiz;
import io.gatehouse.sample.vocabulary.BytePairTrainer;
import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the sample model: learns a vocabulary, trains on the curriculum, writes a checkpoint and examines it. */
public final class Trainer {
    /** Texts per subject that the vocabulary is learnt from. */
    private static final int VOCABULARY_TEXTS = 400;

    private final TrainingPlan plan;
    private final Curriculum curriculum;
    private final SampleQuiz quiz;
    private final TrainingListener listener;

    public Trainer(TrainingPlan plan, Curriculum curriculum, SampleQuiz quiz, TrainingListener listener) {
        this.plan = requireNonNull(plan, "plan is null");
        this.curriculum = requireNonNull(curriculum, "curriculum is null");
        this.quiz = requireNonNull(quiz, "quiz is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    /**
     * Writes the checkpoint and its model card into {@code directory} and returns what the examination found. Nothing is
     * written before training is over. The same plan gives the same batches everywhere; weights differ in their last
     * bits where TensorFlow adds in another order.
     *
     * @throws io.gatehouse.error.GatehouseException INVALID_ARGUMENT if the directory cannot be written
     */
    public TrainingReport train(Path directory) {
        CheckpointDirectory checkpoint = CheckpointDirectory.create(directory);
        SplittableRandom random = new SplittableRandom(plan.seed());
        BytePairVocabulary vocabulary =
                BytePairTrainer.train(texts(random.split()), plan.dimensions().vocabulary());
        try (Tokenizer tokenizer = CheckpointDirectory.tokenizer(vocabulary);
                TrainingSession session = new TrainingSession(plan.dimensions(), plan.shares())) {
            session.initialize(random.split());
            LessonPlan lessons =
                    new LessonPlan(curriculum, tokenizer, plan.dimensions().positions(), random.split());
            TrainingReport.Effort effort = new TrainingLoop(plan, session, lessons, tokenizer, quiz, listener).run();
            List<SafetensorsWriter.Tensor> tensors = CheckpointTensors.of(session.parameters(), session.weights());
            checkpoint.write(plan.dimensions(), vocabulary, tensors);
            ExamReport exam = new Exam(quiz, curriculum).take(directory);
            TrainingReport report = new TrainingReport(plan, effort, CheckpointTensors.elements(tensors), exam);
            checkpoint.writeCard(report);
            return report;
        }
    }

    /** Solved prompts of every subject in equal shares. */
    private List<String> texts(SplittableRandom random) {
        List<String> texts = new ArrayList<>();
        for (int subject = 0; subject < curriculum.subjects().size(); subject++) {
            String name = curriculum.subjects().get(subject);
            for (int i = 0; i < VOCABULARY_TEXTS; i++) {
                Question question = curriculum.lesson(subject, random);
                Subject alone = new Subject(name, List.of(), List.of(question));
                texts.add(PromptFormat.HENDRYCKS.prompt(alone, question, 0) + " " + question.answer());
            }
        }
        return texts;
    }
}
