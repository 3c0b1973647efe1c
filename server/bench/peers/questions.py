"""The twelve questions of peers.py, in the form that each system answers fastest.

A question has one SQL text for all systems, or a text for each system that needs another form: its own dialect, or
what is natural for its data. Gatehouse has the experts of a token as a list (token_routing.experts); the others have
one row per activation. polars is asked by its own expressions, since its users rarely write SQL.

A text whose answer has several rows ends with an ORDER BY that leaves no ties, so that answers can be compared row by
row. None of the questions
is answered by one of Gatehouse's rollups, which peers.py checks with EXPLAIN. Expert sets are compared as sorted lists
and not as bits of a 64-bit integer, which would be faster in every system but would end at 64 experts.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Callable, Mapping, NamedTuple

import polars as pl

# {layer} and {expert} in the texts below; {question} is the middle one of the file.
LAYER = 7
EXPERT = 13


class Tables(NamedTuple):
    """The exported files, as polars reads them."""

    activations: pl.LazyFrame
    answers: pl.LazyFrame
    questions: pl.LazyFrame
    tokens: pl.LazyFrame


@dataclass(frozen=True)
class Question:
    name: str
    title: str
    # By system; "sql" is for all that have no text of their own.
    texts: Mapping[str, str]
    # The question in polars, about the tables and the id of one question.
    polars: Callable[[Tables, int], pl.LazyFrame]
    # Whether it reads one layer, expert or question, and so a small part of the rows.
    selective: bool = False

    def sql(self, system: str, question: int) -> str:
        text = self.texts.get(system, self.texts.get("sql", ""))
        return dedent(text).strip().format(layer=LAYER, expert=EXPERT, question=question)


def mean(name: str) -> pl.Expr:
    """The mean as a double, as SQL has it; polars would give a float."""
    return pl.col(name).cast(pl.Float64).mean()


QUESTIONS = [
    Question(
        "load",
        "Count and mean weight by layer and expert, weight > 0.1",
        {
            "sql": """
                SELECT layer, expert, count(*) AS n, avg(weight) AS mean_weight
                FROM activations
                WHERE weight > 0.1
                GROUP BY layer, expert
                ORDER BY layer, expert
                """
        },
        lambda t, _: t.activations.filter(pl.col("weight") > 0.1)
        .group_by("layer", "expert")
        .agg(n=pl.len(), mean_weight=mean("weight"))
        .sort("layer", "expert"),
    ),
    Question(
        "accuracy",
        "Accuracy by layer and expert, weight > 0.1",
        {
            "sql": """
                SELECT layer, expert, count(*) AS n, avg(CASE WHEN correct THEN 1.0 ELSE 0.0 END) AS accuracy
                FROM activations JOIN answers USING (question_id)
                WHERE weight > 0.1
                GROUP BY layer, expert
                ORDER BY layer, expert
                """
        },
        lambda t, _: t.activations.filter(pl.col("weight") > 0.1)
        .join(t.answers, on="question_id")
        .group_by("layer", "expert")
        .agg(n=pl.len(), accuracy=pl.col("correct").mean())
        .sort("layer", "expert"),
    ),
    Question(
        "subjects",
        "Count by subject, layer and expert, weight > 0.1",
        {
            "sql": """
                SELECT subject, layer, expert, count(*) AS n
                FROM activations JOIN questions USING (question_id)
                WHERE weight > 0.1
                GROUP BY subject, layer, expert
                ORDER BY subject, layer, expert
                """
        },
        lambda t, _: t.activations.filter(pl.col("weight") > 0.1)
        .join(t.questions, on="question_id")
        .group_by("subject", "layer", "expert")
        .agg(n=pl.len())
        .sort("subject", "layer", "expert"),
    ),
    Question(
        "distinct",
        "Distinct experts by layer, weight > 0.1",
        {
            "sql": """
                SELECT layer, count(DISTINCT expert) AS experts
                FROM activations
                WHERE weight > 0.1
                GROUP BY layer
                ORDER BY layer
                """
        },
        lambda t, _: t.activations.filter(pl.col("weight") > 0.1)
        .group_by("layer")
        .agg(experts=pl.col("expert").n_unique())
        .sort("layer"),
    ),
    Question(
        "answers",
        "Count by answer and expert of one layer, weight > 0.1",
        {
            "sql": """
                SELECT predicted, expert, count(*) AS n
                FROM activations JOIN answers USING (question_id)
                WHERE layer = {layer} AND weight > 0.1
                GROUP BY predicted, expert
                ORDER BY predicted, expert
                """
        },
        lambda t, _: t.activations.filter(pl.col("layer") == LAYER, pl.col("weight") > 0.1)
        .join(t.answers, on="question_id")
        .group_by("predicted", "expert")
        .agg(n=pl.len())
        .sort("predicted", "expert"),
        selective=True,
    ),
    Question(
        "tokens",
        "Distinct tokens by expert of one layer",
        {
            "sql": """
                SELECT expert, count(DISTINCT token_id) AS tokens
                FROM activations JOIN tokens USING (question_id, "position")
                WHERE layer = {layer}
                GROUP BY expert
                ORDER BY expert
                """
        },
        lambda t, _: t.activations.filter(pl.col("layer") == LAYER)
        .join(t.tokens, on=["question_id", "position"])
        .group_by("expert")
        .agg(tokens=pl.col("token_id").n_unique())
        .sort("expert"),
        selective=True,
    ),
    Question(
        "pairs",
        "Pairs of experts within a token of one layer",
        {
            # Two unnests of a list for each token: half the time of a self-join, in each of the systems.
            "gatehouse": """
                SELECT expert, other, count(*) AS n
                FROM (
                    SELECT expert, unnest(experts) AS other
                    FROM (
                        SELECT experts, unnest(experts) AS expert
                        FROM token_routing
                        WHERE layer = {layer}
                    )
                )
                WHERE expert < other
                GROUP BY expert, other
                ORDER BY expert, other
                """,
            "duckdb": """
                SELECT expert, other, count(*) AS n
                FROM (
                    SELECT expert, unnest(experts) AS other
                    FROM (
                        SELECT experts, unnest(experts) AS expert
                        FROM (
                            SELECT list(expert) AS experts
                            FROM activations
                            WHERE layer = {layer}
                            GROUP BY question_id, "position"
                        )
                    )
                )
                WHERE expert < other
                GROUP BY expert, other
                ORDER BY expert, other
                """,
            "datafusion": """
                SELECT expert, other, count(*) AS n
                FROM (
                    SELECT expert, unnest(experts) AS other
                    FROM (
                        SELECT experts, unnest(experts) AS expert
                        FROM (
                            SELECT array_agg(expert) AS experts
                            FROM activations
                            WHERE layer = {layer}
                            GROUP BY question_id, "position"
                        )
                    )
                )
                WHERE expert < other
                GROUP BY expert, other
                ORDER BY expert, other
                """,
            "chdb": """
                SELECT first AS expert, second AS other, count() AS n
                FROM (
                    SELECT experts, arrayJoin(experts) AS first
                    FROM (
                        SELECT groupArray(expert) AS experts
                        FROM activations
                        WHERE layer = {layer}
                        GROUP BY question_id, "position"
                    )
                )
                ARRAY JOIN experts AS second
                WHERE first < second
                GROUP BY first, second
                ORDER BY first, second
                """,
        },
        lambda t, _: t.activations.filter(pl.col("layer") == LAYER)
        .group_by("question_id", "position")
        .agg(pl.col("expert"), other=pl.col("expert"))
        .explode("expert")
        .explode("other")
        .filter(pl.col("expert") < pl.col("other"))
        .group_by("expert", "other")
        .agg(n=pl.len())
        .sort("expert", "other"),
        selective=True,
    ),
    Question(
        "sets",
        "Distinct sets of experts of one layer",
        {
            "gatehouse": """
                SELECT count(*) AS tokens, count(DISTINCT list_sort(experts)) AS sets
                FROM token_routing
                WHERE layer = {layer}
                """,
            "duckdb": """
                SELECT count(*) AS tokens, count(DISTINCT experts) AS sets
                FROM (
                    SELECT list_sort(list(expert)) AS experts
                    FROM activations
                    WHERE layer = {layer}
                    GROUP BY question_id, "position"
                )
                """,
            "datafusion": """
                SELECT count(*) AS tokens, count(DISTINCT experts) AS sets
                FROM (
                    SELECT array_sort(array_agg(expert)) AS experts
                    FROM activations
                    WHERE layer = {layer}
                    GROUP BY question_id, "position"
                )
                """,
            "chdb": """
                SELECT count() AS tokens, uniqExact(experts) AS sets
                FROM (
                    SELECT arraySort(groupArray(expert)) AS experts
                    FROM activations
                    WHERE layer = {layer}
                    GROUP BY question_id, "position"
                )
                """,
        },
        lambda t, _: t.activations.filter(pl.col("layer") == LAYER)
        .group_by("question_id", "position")
        .agg(experts=pl.col("expert"))
        .with_columns(pl.col("experts").list.sort())
        .select(tokens=pl.len(), sets=pl.col("experts").n_unique()),
        selective=True,
    ),
    Question(
        "ranges",
        "Count by layer, range of 32 positions and expert",
        {
            "sql": """
                SELECT layer, "position" // 32 AS range_of_32, expert, count(*) AS n
                FROM activations
                GROUP BY layer, "position" // 32, expert
                ORDER BY layer, range_of_32, expert
                """,
            "datafusion": """
                SELECT layer, "position" / 32 AS range_of_32, expert, count(*) AS n
                FROM activations
                GROUP BY layer, "position" / 32, expert
                ORDER BY layer, range_of_32, expert
                """,
            "chdb": """
                SELECT layer, intDiv("position", 32) AS range_of_32, expert, count() AS n
                FROM activations
                GROUP BY layer, range_of_32, expert
                ORDER BY layer, range_of_32, expert
                """,
        },
        lambda t, _: t.activations.group_by("layer", (pl.col("position") // 32).alias("range_of_32"), "expert")
        .agg(n=pl.len())
        .sort("layer", "range_of_32", "expert"),
    ),
    Question(
        "top_tokens",
        "The 20 most frequent tokens of one expert",
        {
            "sql": """
                SELECT token, count(*) AS n, avg(weight) AS mean_weight
                FROM activations JOIN tokens USING (question_id, "position")
                WHERE layer = {layer} AND expert = {expert}
                GROUP BY token
                ORDER BY n DESC, token
                LIMIT 20
                """
        },
        lambda t, _: t.activations.filter(pl.col("layer") == LAYER, pl.col("expert") == EXPERT)
        .join(t.tokens, on=["question_id", "position"])
        .group_by("token")
        .agg(n=pl.len(), mean_weight=mean("weight"))
        .sort(["n", "token"], descending=[True, False])
        .head(20),
        selective=True,
    ),
    Question(
        "margin",
        "Mean margin by layer where an expert of this number fired",
        {
            "gatehouse": """
                SELECT layer, count(*) AS n, avg(margin) AS mean_margin
                FROM token_routing
                WHERE list_contains(experts, {expert})
                GROUP BY layer
                ORDER BY layer
                """,
            "sql": """
                SELECT layer, count(*) AS n, avg(margin) AS mean_margin
                FROM activations
                WHERE expert = {expert}
                GROUP BY layer
                ORDER BY layer
                """,
        },
        lambda t, _: t.activations.filter(pl.col("expert") == EXPERT)
        .group_by("layer")
        .agg(n=pl.len(), mean_margin=mean("margin"))
        .sort("layer"),
        selective=True,
    ),
    Question(
        "question",
        "One question whole: each token with its experts and weights",
        {
            "sql": """
                SELECT "position", token, layer, rank, expert, weight
                FROM activations JOIN tokens USING (question_id, "position")
                WHERE question_id = {question}
                ORDER BY "position", layer, rank
                """,
            # Which finds the question_id of the text above ambiguous.
            "datafusion": """
                SELECT a."position", t.token, a.layer, a.rank, a.expert, a.weight
                FROM activations AS a JOIN tokens AS t ON t.question_id = a.question_id AND t."position" = a."position"
                WHERE a.question_id = {question} AND t.question_id = {question}
                ORDER BY a."position", a.layer, a.rank
                """,
        },
        lambda t, question: t.activations.filter(pl.col("question_id") == question)
        .join(t.tokens.filter(pl.col("question_id") == question), on=["question_id", "position"])
        .select("position", "token", "layer", "rank", "expert", "weight")
        .sort("position", "layer", "rank"),
        selective=True,
    ),
]
