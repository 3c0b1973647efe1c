package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestStatementSplitter {
    @Test
    void aCommentAloneIsNoStatement() {
        assertThat(StatementSplitter.split("SELECT 1; -- done\n")).containsExactly("SELECT 1");
        assertThat(StatementSplitter.split("/* nothing */;; SELECT 2 /* more */;"))
                .containsExactly("SELECT 2 /* more */");
    }

    @Test
    void splitsAtSemicolons() {
        assertThat(StatementSplitter.split("SELECT 1; SELECT 2 ;\n")).containsExactly("SELECT 1", "SELECT 2");
        assertThat(StatementSplitter.split("SELECT 1")).containsExactly("SELECT 1");
        assertThat(StatementSplitter.split(" ;; ")).isEmpty();
    }

    @Test
    void semicolonsInQuotesAndCommentsDoNotSplit() {
        assertThat(StatementSplitter.split("SELECT 'a;''b' AS \"x;y\" -- no; end\n, 2 /* ; */; SELECT 3"))
                .containsExactly("SELECT 'a;''b' AS \"x;y\" -- no; end\n, 2 /* ; */", "SELECT 3");
        assertThat(StatementSplitter.split("SELECT 'open;")).containsExactly("SELECT 'open;");
    }

    @Test
    void aStatementIsCompleteWithItsSemicolon() {
        assertThat(StatementSplitter.isComplete("SELECT 1; ")).isTrue();
        assertThat(StatementSplitter.isComplete("SELECT 1")).isFalse();
        assertThat(StatementSplitter.isComplete("SELECT ';")).isFalse();
        assertThat(StatementSplitter.isComplete("SELECT 1; SELECT 2")).isFalse();
    }
}
