"""Names of code in prose."""

from __future__ import annotations

from generators.tasks.naming import missing, renamed


def test_a_renamed_function_is_renamed_in_backticks_and_as_a_whole_word() -> None:
    """Beside Chinese characters too, where \\b sees no border."""
    assert renamed("写 uart_put、`uart_put(b)` 和uart_puts", [("uart_put", "uartPut")]) == (
        "写 uartPut、`uartPut(b)` 和uart_puts"
    )


def test_an_ordinary_word_is_renamed_in_backticks_only() -> None:
    """`read` is a name there, and English elsewhere."""
    assert renamed("read it with `read`", [("read", "rd")]) == "read it with `rd`"


def test_names_that_the_code_lacks_are_found() -> None:
    """In backticks any identifier counts, outside only what looks like code."""
    assert missing("`uint8_t crc` in crc_tab, then crc", {"crc"}) == ("uint8_t", "crc_tab")
    assert missing("set `TI` and `while (1)`", set(), {"TI"}) == ()
