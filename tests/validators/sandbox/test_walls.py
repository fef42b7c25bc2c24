"""What a program inside cannot reach, whatever it tries, behind each kind of wall."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox.runner import Limits, Sandbox

SECRET = b"the-secret-outside"
NO = (
    b"Operation not permitted\n",
    b"Permission denied\n",
    b"Function not implemented\n",
    b"No such file or directory\n",
)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A file that everybody may read and write, had they not been walled in."""
    path = Path("/tmp") / f"secret-{os.getpid()}.txt"
    path.write_bytes(SECRET)
    path.chmod(0o666)
    yield path
    path.unlink()


@pytest.mark.parametrize(
    "what",
    [
        *("read", "write", "truncate", "remove", "mode", "mode-anew", "watch", "execute"),
        *("link", "hard-link", "link-on-the-way"),
    ],
)
def test_a_file_outside_is_out_of_reach(walled: Sandbox, attack_within: str, outside: Path, what: str) -> None:
    """Neither its bytes nor its mode can be had, and no link to it is followed when files are kept."""
    done = walled.run([attack_within, what, str(outside)], keep=["kept", f"folder/{outside.name}"])
    assert (done.outcome, done.rc) == ("exited", 0)
    assert b"BROKE OUT" not in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert done.files == {}
    assert outside.read_bytes() == SECRET
    assert outside.stat().st_mode & 0o777 == 0o666


def test_what_a_link_names_is_not_kept_even_without_walls(attacks: bytes, outside: Path) -> None:
    """The worker itself follows no link, so that it needs no wall of its own."""
    keep = ["kept", f"folder/{outside.name}"]
    with Sandbox(unconfined=True) as sandbox:
        attack = sandbox.install("attacks", attacks)
        for what in ("link", "link-on-the-way"):
            assert sandbox.run([attack, what, str(outside)], keep=keep).files == {}
        done = sandbox.run(["sh", "-c", f"mkdir folder; cp {outside} folder; echo own >kept"], keep=keep)
    assert done.files == {"kept": b"own\n", f"folder/{outside.name}": SECRET}


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/status", "/proc/{worker}/environ"),
        *("/proc/{worker}/mem", "/proc/{worker}/maps", "/dev/zero", "/dev/urandom", "/dev/tty"),
        *("/sys/kernel/notes", "/root/.bashrc"),
    ],
)
def test_the_machine_is_out_of_reach(walled: Sandbox, attack_within: str, path: str) -> None:
    """Accounts, other processes, the worker's own memory, devices."""
    assert walled._worker is not None
    assert walled.run([attack_within, "read", path.format(worker=walled._worker.pid)]).stdout in NO


def test_the_folders_of_others_cannot_be_listed(walled: Sandbox) -> None:
    """At most the sandbox's own folders show."""
    listed = walled.run(["ls", "-A", "/tmp", "/dev/shm", "/root", "/home", "/proc", "/"]).stdout
    own = {walled._scratch.name, walled._shared.name}
    system = {"bin", "dev", "etc", "lib", "lib64", "tmp", "usr", "sandbox-worker", "/tmp:", "/dev/shm:", "/:"}
    assert set(listed.decode().split()) <= own | system


def test_standard_input_is_what_was_given(walled: Sandbox, attack_within: str) -> None:
    """Through its device's name, too, and never a terminal."""
    assert walled.run([attack_within, "read", "/dev/stdin"], stdin=b"").stdout in (b"BROKE OUT\n", *NO)
    assert walled.run(["cat"]).stdout == b""


@pytest.mark.parametrize(
    "what",
    [
        *("socket", "unix-socket", "netlink", "namespace", "namespace-clone", "hidden-memory", "mounts", "device"),
        *("limit", "trace", "read-memory", "priority", "scheduler", "pin", "signal-by-owner"),
    ],
)
def test_doors_of_the_kernel_are_shut(walled: Sandbox, attack_within: str, what: str) -> None:
    """No network, no device, no namespace; the worker's limits, memory and priority are its own."""
    done = walled.run([attack_within, what], keep=["kept"])
    assert done.stdout in NO
    assert done.files == {}


@pytest.mark.parametrize("what", ["signal", "signal-queued", "signal-by-owner", "signal-everyone"])
def test_the_worker_outlives_every_signal(walled: Sandbox, attack_within: str, what: str) -> None:
    """Landlock or the filter refuses them; within bubblewrap the worker is the first process, which ignores them."""
    worker = walled._worker
    done = walled.run([attack_within, what])
    assert done.outcome == "exited"
    assert (b"BROKE OUT" not in done.stdout) or walled.isolation == "bubblewrap"
    assert walled.run(["true"]).ok
    assert walled._worker is worker


@pytest.mark.parametrize("what", ["signal", "signal-queued", "signal-by-owner", "limit", "trace", "pin"])
def test_the_runner_is_out_of_reach(walled: Sandbox, attack_within: str, what: str) -> None:
    """Not even where it runs under the same user."""
    assert walled.run([attack_within, what, str(os.getpid())]).stdout in (*NO, b"No such process\n")


def test_a_folder_cannot_be_locked_against_the_sweep(walled: Sandbox, attack_within: str) -> None:
    """What a run leaves can always be removed by the worker."""
    worker = walled._worker
    done = walled.run([attack_within, "locked-folder"])
    assert done.stdout and b"BROKE OUT" not in done.stdout
    assert walled.run(["ls", "-A"]).stdout == b""
    assert walled._worker is worker


def test_folders_within_folders_are_removed_however_deep(walled: Sandbox, attack_within: str) -> None:
    """Deeper than a path may be long, and than the stack of whoever removes them."""
    worker = walled._worker
    done = walled.run([attack_within, "deep-folders", "3000"])
    assert done.outcome in ("exited", "output-limit")
    assert walled.run(["ls", "-A"]).stdout == b""
    assert walled._worker is worker


def test_nothing_passes_from_run_to_run(walled: Sandbox) -> None:
    """Not through the folder, the folder above, or any other that can be written."""
    script = "echo x >left; mkdir -p d/e; echo y >d/e/f; echo z >../beside; echo z >/z; rm -rf ../run; mv ../run ../old"
    worker = walled._worker
    walled.run(["sh", "-c", script])
    walled.run(["sh", "-c", "mv ../run ../old"])
    assert walled.run(["sh", "-c", "ls -A . ..; cat /z"]).stdout == b".:\n\n..:\nrun\n"
    assert walled._worker is worker


def test_a_fork_bomb_stays_small_and_ends(walled: Sandbox, attack_within: str) -> None:
    """The kernel holds the number of processes; the wall limit then ends all of them."""
    done = walled.run([attack_within, "fork-bomb"], limits=Limits(wall_s=0.3, processes=8))
    assert done.outcome == "wall-limit"
    if os.geteuid() == 0:
        assert len(done.stdout.split()) == 8
    assert walled.run(["true"]).ok


def test_daemons_do_not_outlive_their_run(walled: Sandbox, attack_within: str) -> None:
    """A process that left its session, its parent and its folder is found and killed."""
    for elsewhere in ((), ("/",)):
        done = walled.run([attack_within, "daemon", *elsewhere], limits=Limits(wall_s=30))
        assert (done.outcome, done.stdout) == ("exited", b"left one behind\n")
    assert walled.run([attack_within, "fork-bomb"], limits=Limits(wall_s=0.1, processes=4)).outcome == "wall-limit"


def test_memory_eaters_are_what_the_kernel_ends_first() -> None:
    """Many processes, each within its limit, may together want more than there is."""
    with Sandbox() as sandbox:
        assert sandbox._worker is not None
        assert Path(f"/proc/{sandbox._worker.pid}/oom_score_adj").read_text() == "900\n"
