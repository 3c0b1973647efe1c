package io.gatehouse.sql.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.memory.FileMemory;
import io.gatehouse.sql.calibration.QuestionCover.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestQuestionCover {
    private static final int EXPERTS = 24;

    /** As a search that counts every gain anew at every place, of the first of equal questions. */
    @Test
    void choosesWhatAddsMost() {
        Random random = new Random(20_261_203);
        for (int round = 0; round < 200; round++) {
            int[][] uses = new int[1 + random.nextInt(40)][];
            for (int question = 0; question < uses.length; question++) {
                uses[question] = IntStream.range(0, EXPERTS)
                        .map(expert -> random.nextInt(4) == 0 ? random.nextInt(6) : 0)
                        .toArray();
            }
            int minimum = 1 + random.nextInt(8);
            QuestionCover cover = new QuestionCover(minimum, FileMemory.of("The test"));
            for (int question = 0; question < uses.length; question++) {
                int[] of = uses[question];
                int[] experts = IntStream.range(0, EXPERTS)
                        .filter(expert -> of[expert] > 0)
                        .toArray();
                cover.add(
                        question,
                        experts,
                        Arrays.stream(experts).map(expert -> of[expert]).toArray());
            }
            assertThat(cover.choose(() -> {}))
                    .as("round %d", round)
                    .containsExactlyElementsOf(chosenSlowly(uses, minimum));
        }
    }

    private static List<Choice> chosenSlowly(int[][] uses, int minimum) {
        int[] lacking = IntStream.range(0, EXPERTS)
                .map(expert -> Arrays.stream(uses).mapToInt(of -> of[expert]).sum() >= minimum ? minimum : 0)
                .toArray();
        List<Choice> choices = new ArrayList<>();
        Set<Integer> left = IntStream.range(0, uses.length).boxed().collect(Collectors.toCollection(TreeSet::new));
        while (Arrays.stream(lacking).anyMatch(lack -> lack > 0)) {
            int best = 0;
            long most = 0;
            for (int question : left) {
                int[] of = uses[question];
                long gain = IntStream.range(0, EXPERTS)
                        .map(expert -> Math.min(of[expert], lacking[expert]))
                        .sum();
                if (gain > most) {
                    most = gain;
                    best = question;
                }
            }
            for (int expert = 0; expert < EXPERTS; expert++) {
                lacking[expert] -= Math.min(uses[best][expert], lacking[expert]);
            }
            left.remove(best);
            choices.add(new Choice(best, most));
        }
        return choices;
    }
}
