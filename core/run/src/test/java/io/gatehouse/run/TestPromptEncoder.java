package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.PromptPart;
import io.gatehouse.quiz.PromptText;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPromptEncoder {
    /** In the manner of OLMoE's instruction-tuned checkpoints. */
    private static final String TEMPLATE = """
            {"eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "chat_template":
            "{{ bos_token }}{% for message in messages %}\\n{% if message['role'] == 'user' %}\\n{{ '<|user|>\\n' + message['content'] }}\\n{% endif %}\\n{% if loop.last and add_generation_prompt %}\\n{{ '<|assistant|>' }}\\n{% endif %}\\n{% endfor %}"}
            """;

    @TempDir
    private Path directory;

    /**
     * What the ids of all 14,042 prompts spell, a zero byte after each, has the SHA-256 of what a Python transcription of
     * open-instruct's evaluation over Python's csv module and Jinja makes, without shots.
     */
    @Test
    void openInstructAsksAllOfMmluByteForByte() throws IOException, NoSuchAlgorithmException {
        Quiz quiz = MmluDirectory.read(SharedData.path("mmlu"));
        RunTask request = new RunTask("r", quiz, PromptFormat.OPEN_INSTRUCT, 0, Recording.decisions(Scope.LAST_PROMPT));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        String last = "";
        try (Checkpoint checkpoint = Checkpoint.open(SampleRuns.instructed(directory, TEMPLATE));
                PromptEncoder encoder = PromptEncoder.open(
                        checkpoint,
                        request.chat(),
                        request.thinking(),
                        request.format().answerPrefix(),
                        OffsetDateTime.MIN)) {
            for (Subject subject : quiz.subjects()) {
                for (Question question : subject.test()) {
                    last = encoder.tokenizer()
                            .decode(encoder.encode(PromptText.of(
                                            PromptPart.QUESTION,
                                            PromptFormat.OPEN_INSTRUCT.prompt(subject, question, 0)))
                                    .tokens());
                    digest.update((last + "\0").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        assertThat(last)
                .startsWith("<|endoftext|><|user|>\nThe following are multiple choice questions (with answers) about  ")
                .endsWith("\nAnswer:\n<|assistant|>\nThe answer is:");
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo("18435d020efe6d2e7ee38d4889acfd7feb7ea0391f9c8e0cf0c08902b70a84fe");
    }
}
