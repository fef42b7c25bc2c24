"""What a seed's author asks for, as data: requests by manner and language, and the safety needs of the program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.records import Language


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a seed, its holes filled. `manner` is the seed's word for how it asks: `ticket`, `review`, ..."""

    language: Language
    manner: str
    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """A safety need of the program: its kind, the names that it is about, and a sentence that asks for it."""

    kind: str
    names: tuple[str, ...]
    en: str
    zh: str

    def of(self, language: Language) -> str:
        """The sentence in that language."""
        return self.zh if language == "zh" else self.en

    def said_in(self, text: str) -> bool:
        """Whether a request speaks of this need already."""
        return _SAID[self.kind].search(text) is not None


# What a request says that speaks of a need of this kind. Rather one word too many: a need that was said counts as said.
_SAID = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "volatile": r"volatile",
        "bounded-wait": r"time-?out|bounded|gives? up|hang|at most \S+ (?:tries|polls)|超时|有上限|放弃|卡死|死等",
        "atomic-access": r"atomic|tear|torn|interrupts? (?:held )?off|disabl\w+ interr|原子|关中断|关掉中断|撕裂|半个",
        "debounce": r"debounc|bounc|消抖|去抖|抖动",
        "flag-clear": r"flag|pending|标志|挂起",
        "init-order": r"before (?:it|the|any|en)|first|last\b|order|之前|先|最后|顺序",
        "pin-direction": r"input|output|direction|push-pull|open.drain|pull-?up|输入|输出|方向|推挽|开漏|上拉",
        "wrap-around": r"wrap|overflow|roll|回绕|溢出|翻转",
        "range-check": r"range|limit|invalid|out of|clamp|reject|refuse|范围|超出|无效|限幅|拒绝",
        "neighbour-bits": r"other|neighbour|alone|untouched|others|unchanged|keep|其他|其余|别的|不动|保留|不变",
        "short-isr": r"short|quick|nothing else|only .{0,40}interrupt|简短|尽快|尽量短",
        "reentrancy": r"reentr|re-entr|重入",
        "watchdog": r"watchdog|看门狗|喂狗",
        "power-up-state": r"power.?up|after reset|initially|上电|复位后|初始",
    }.items()
}
