"""Extracts and compares answers with lm-evaluation-harness: harness.py CASES.json FOUND.json"""

import importlib
import json
import sys

from lm_eval.api.metrics import exact_match_hf_evaluate
from lm_eval.filters.extraction import MultiChoiceRegexFilter, RegexFilter

NUMBERS = {"ignore_case": True, "regexes_to_ignore": [",", "\\$", "(?s).*#### ", "\\.$"]}
LETTERS = {"ignore_case": True, "ignore_punctuation": True}

# Filter and options of the metric, as in the YAML files of mmlu_pro, gpqa, gsm8k and bbh.
RULES = {
    "choice": (RegexFilter(r"answer is \(?([ABCDEFGHIJ])\)?"), LETTERS),
    "bracketed-choice": (
        MultiChoiceRegexFilter(r"(\([A-Z]\))", group_select=-1, ignore_case=True, ignore_punctuation=True),
        LETTERS,
    ),
    "number": (RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1), NUMBERS),
    "hash-number": (RegexFilter(r"#### (\-?[0-9\.\,]+)"), NUMBERS),
    "answer-is": (RegexFilter("(?<=the answer is )(.*)(?=.)"), {}),
    "last-regex:(a|b)?c*": (RegexFilter("(a|b)?c*", group_select=-1), {}),
}
math = importlib.import_module("lm_eval.tasks.hendrycks_math.utils")


def boxed(text):
    last = math.last_boxed_only_string(text)
    try:
        return None if last is None else math.remove_boxed(last)
    except AssertionError:
        return None


def judged_boxed(case):
    found = boxed(case["text"])
    right = boxed(case["right"])
    right = case["right"] if right is None else right
    return ["[invalid]", False] if found is None else [found, math.is_equiv(found, right)]


def judged(case, found):
    right = exact_match_hf_evaluate(predictions=[found], references=[case["right"]], **RULES[case["rule"]][1])
    return [found, found != "[invalid]" and bool(right["exact_match"] == 1)]


with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
results = [judged_boxed(case) if case["rule"] == "boxed" else None for case in cases]
for rule, (extraction, _) in RULES.items():
    # All at once: a filter makes a table of the characters of Unicode each time.
    places = [place for place, case in enumerate(cases) if case["rule"] == rule]
    responses = [[cases[place]["text"]] for place in places]
    documents = [{"choices": cases[place]["choices"]} for place in places]
    for place, found in zip(places, extraction.apply(responses, documents), strict=True):
        results[place] = judged(cases[place], found[0])
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(results, file)
