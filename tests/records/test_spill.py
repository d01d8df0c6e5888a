"""What the store does not take lies in a file until it does, also when its process is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.records.spill import Spill, SpillError
from tests.records.builders import PLENTY, a_record

ROOT = Path(__file__).parents[2]


def emptied(spill: Spill) -> list[str]:
    return [record.id for batch in spill.batches() for record in batch]


def test_spilled_records_come_back_once_and_whole(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "spill", PLENTY)
    records = [a_record(number, question=bytes(range(256)), masked=("/a",)) for number in range(450)]
    spill.append(records[:1])
    spill.append(records[1:])

    back = [record for batch in spill.batches() for record in batch]

    assert back == records
    assert emptied(spill) == []
    assert spill.waiting_bytes == 0


def test_a_batch_that_is_not_taken_stays(tmp_path: Path) -> None:
    spill = Spill(tmp_path, PLENTY)
    spill.append([a_record(1)])
    for _ in spill.batches():
        break  # the store failed while it had the batch

    spill.append([a_record(2)])

    assert sorted(emptied(spill)) == [a_record(1).id, a_record(2).id]


def test_no_more_waits_than_is_allowed_also_across_files(tmp_path: Path) -> None:
    size = len(a_record().question) + 700
    spill = Spill(tmp_path, 2 * size)
    spill.append([a_record(1)])
    for _ in spill.batches():
        break

    with pytest.raises(SpillError, match="bytes would wait in files"):
        spill.append([a_record(number) for number in range(2, 5)])

    assert emptied(spill) == [a_record(1).id]


def test_a_killed_process_leaves_its_records_to_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from service.records.spill import Spill\n"
        "from tests.records.builders import a_record\n"
        "Spill(Path(sys.argv[1]), 10**7).append([a_record(1), a_record(2)])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode < 0
    (file,) = tmp_path.iterdir()
    with file.open("ab") as torn:
        torn.write(b'{"id": "torn in the mid')

    spill = Spill(tmp_path, PLENTY)

    assert emptied(spill) == [a_record(1).id, a_record(2).id]
    assert [line.getMessage() for line in caplog.records] == ["a spilled record is torn, and lost"]
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_a_living_process_is_left_to_it(tmp_path: Path) -> None:
    living, other = Spill(tmp_path, PLENTY), Spill(tmp_path, PLENTY)
    living.append([a_record(1)])

    assert emptied(other) == []
    assert emptied(living) == [a_record(1).id]


def test_a_full_disk_loses_what_it_did_not_take_and_nothing_else(tmp_path: Path) -> None:
    spill = Spill(tmp_path, PLENTY)
    spill.append([a_record(1)])
    assert spill._file is not None
    whole, full = spill._file, Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115  closed below
    spill._file = full
    try:
        with pytest.raises(SpillError, match="OSError"):
            spill.append([a_record(2)])
    finally:
        spill._file = whole
        full.close()

    spill.append([a_record(3)])

    assert emptied(spill) == [a_record(1).id, a_record(3).id]


def test_what_was_let_go_is_adopted_and_an_empty_file_is_deleted(tmp_path: Path) -> None:
    spill = Spill(tmp_path, most_bytes=0)
    with pytest.raises(SpillError):
        spill.append([a_record()])
    spill.close()
    assert list(tmp_path.iterdir()) == []

    leaving = Spill(tmp_path, PLENTY)
    leaving.append([a_record(1)])
    leaving.close()

    assert emptied(Spill(tmp_path, PLENTY)) == [a_record(1).id]


def test_a_folder_that_cannot_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(SpillError):
        Spill(tmp_path / "file" / "spill", PLENTY).append([a_record()])
