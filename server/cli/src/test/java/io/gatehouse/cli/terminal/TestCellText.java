package io.gatehouse.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.type.SqlType.Scalar;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestCellText {
    @Test
    void noTextCommandsTheTerminal() {
        assertThat(CellText.of("a\u001b[2Jb\u009b1mc\rd\te\nf\u0007"))
                .isEqualTo("a\\u001b[2Jb\\u009b1mc\\rd\\te\\nf\\u0007");
        assertThat(CellText.of(List.of("x\u001b"))).isEqualTo("[x\\u001b]");
        assertThat(CellText.of("日本 𝕏")).isEqualTo("日本 𝕏");
    }

    @Test
    void theDigitsOfIdentifiersAreNotGrouped() {
        assertThat(CellText.of(new ResultColumn("question_id", Scalar.INTEGER), 12345))
                .isEqualTo("12345");
        assertThat(CellText.of(new ResultColumn("tokens", Scalar.INTEGER), 12345))
                .isEqualTo("12,345");
    }
}
