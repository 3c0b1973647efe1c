package io.gatehouse.cli;

/** Whatever answers statements. */
@FunctionalInterface
interface AnswersSql {
    AnsweredRows ask(String sql);
}
