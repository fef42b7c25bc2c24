"""Many programs in one message: each as it would have ended alone."""

from __future__ import annotations

import pytest

from validators.sandbox.runner import Limits, ProgramNotFound, Request, Sandbox


def test_results_come_in_order_each_from_a_folder_of_its_own(sandbox: Sandbox) -> None:
    """More than one packet's worth, with inputs, kept files and endings of all kinds between them."""
    requests = [
        Request(["sh", "-c", "ls; cat; cat in >out; exit 3"], {"in": b"%d" % n}, ["out", "never"], b"fed %d" % n)
        if n % 10 == 1
        else Request(["ls"])
        for n in range(300)
    ]
    before = sandbox.runs
    finished = sandbox.run_all(requests)
    assert sandbox.runs - before == len(requests)
    for n, done in enumerate(finished):
        if n % 10 == 1:
            assert (done.rc, done.stdout, done.files) == (3, b"in\nfed %d" % n, {"out": b"%d" % n})
        else:
            assert (done.rc, done.stdout, done.files) == (0, b"", {})


def test_large_inputs_and_outputs_go_through(sandbox: Sandbox) -> None:
    """More than any pipe holds, both ways."""
    limits = Limits(output_bytes=8 << 20)
    data = bytes(range(256)) * (3 << 12)
    requests = [Request(["tee", "out"], {"in": data}, ["in", "out"], data, limits) for _ in range(4)]
    for done in sandbox.run_all(requests):
        assert done.stdout == data
        assert done.files == {"in": data, "out": data}


def test_endings_do_not_touch_the_neighbours(sandbox: Sandbox, attack: str) -> None:
    """A limit, a signal and a flood in the middle of a batch."""
    limits = Limits(cpu_s=1, wall_s=0.2, output_bytes=1000)
    argv = [["echo", "a"], [attack, "sleep"], ["sh", "-c", "kill -9 $$"], [attack, "flood"], ["echo", "b"]]
    finished = sandbox.run_all([Request(arguments, limits=limits) for arguments in argv])
    assert [done.outcome for done in finished] == ["exited", "wall-limit", "signal", "output-limit", "exited"]
    assert (finished[0].stdout, finished[-1].stdout) == (b"a\n", b"b\n")


def test_a_missing_program_is_named_after_the_others_were_run(sandbox: Sandbox) -> None:
    """A missing tool is no verdict on a sample, in a batch neither."""
    before = sandbox.runs
    with pytest.raises(ProgramNotFound, match="no-such-tool"):
        sandbox.run_all([Request(["true"]), Request(["no-such-tool"]), Request(["true"])])
    assert sandbox.runs - before >= 1
    assert sandbox.run(["ls", "-A"]).stdout == b""


def test_nothing_asked_is_nothing_done(sandbox: Sandbox) -> None:
    """An empty batch is no error; a request without a program is one."""
    assert sandbox.run_all([]) == []
    with pytest.raises(ValueError, match="no program"):
        sandbox.run([])
    with pytest.raises(ValueError, match="zero byte"):
        sandbox.run(["echo", "a\0b"])
