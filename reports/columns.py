"""The columns of the emitted table, in words."""

from __future__ import annotations

COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "16 hex digits that name the row by its text"),
    ("messages", "the whole chat: turns of role and content, the last one the assistant's"),
    ("prompt", "the same chat without the answer"),
    ("completion", "the answer, one turn"),
    ("fim_prefix", "task complete: the code before the gap, else empty"),
    ("fim_middle", "task complete: what belongs into the gap, else empty"),
    ("fim_suffix", "task complete: the code after the gap, else empty"),
    ("meta_task", "write, complete, explain, refactor or fix"),
    ("meta_language", "language of the prose: en or zh"),
    ("meta_target", "chip family"),
    ("meta_dialect", "whose C it is: the compiler's extensions that it uses"),
    ("meta_peripheral", "what the program is mainly about"),
    ("meta_difficulty", "1 (easy) to 5, as the seed's author put it"),
    ("meta_tags", "further labels"),
    ("meta_needs", "whether the request states a safety need of its program: explicit, implicit (met unasked) or none"),
    ("meta_phrasing", "how it is asked: the manner of the request and the phrases around it"),
    ("meta_tokens", "estimated tokens of the row"),
    ("meta_answer_tokens", "estimated tokens of the answer, on which the loss falls"),
    ("prov_seed", "the expert's seed that the row descends from; the splits never share one"),
    ("prov_origin", "how the program came about: seed, template, rewrite, mutant or model"),
    ("prov_programs", "ids of the programs that it was made from, the answer's first"),
    ("prov_steps", "rules or operators that made the program, in order"),
    ("prov_grade", "the grade of evidence that stands behind the code; see Evidence"),
    ("prov_evidence", "that evidence in words"),
    ("q_scores", "measures of the text, as JSON: pairs of name and number"),
    ("q_verdicts", "what each gate on rows said, as JSON"),
)
