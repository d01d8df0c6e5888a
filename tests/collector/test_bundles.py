"""Bundles on disk, in a folder and in a zip."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.collector.asking import Asking, Region
from service.collector.bundles import MANIFEST, OutputError, open_output
from service.collector.errors import DeniedError, FailedError
from service.collector.reading import read_cluster
from service.command_line.commands import main
from tests.collector.recorded import ACCOUNT, Recorded

NAME = f"{ACCOUNT}/eu-west-1/payments"
PLACE = (ACCOUNT, "eu-west-1", "payments")


def read(caller: Recorded) -> Asking:
    asking = Asking(Region(caller, "eu-west-1"))
    read_cluster(asking, "payments", ACCOUNT)
    return asking


def test_a_bundle_is_found_again_with_what_it_lacks(tmp_path: Path) -> None:
    output = open_output(tmp_path / "out")
    lacking = Recorded(
        ec2__DescribeSubnets=DeniedError("UnauthorizedOperation"), ec2__DescribeVpcs=FailedError("Throttling")
    )

    written = output.write(*PLACE, read(lacking))
    kept = output.kept(*PLACE)

    assert kept is not None
    assert (
        (kept.denied, kept.failed)
        == (written.denied, written.failed)
        == (
            ("ec2:DescribeSubnets",),
            ("ec2:DescribeVpcs",),
        )
    )
    assert not kept.is_complete
    assert (kept.is_kept, written.is_kept) == (True, False)


def test_the_manifest_says_what_was_called_when_and_how_it_ended(tmp_path: Path) -> None:
    open_output(tmp_path).write(*PLACE, read(Recorded(ec2__DescribeSubnets=DeniedError("UnauthorizedOperation"))))

    collection = json.loads((tmp_path / NAME / MANIFEST).read_bytes())["collection"]
    assert (collection["account"], collection["region"], collection["cluster"]) == PLACE
    assert all(call["at"] and call["call"] for call in collection["calls"])
    assert [
        (call["outcome"], call["code"]) for call in collection["calls"] if call["call"] == "ec2:DescribeSubnets"
    ] == [("denied", "UnauthorizedOperation")]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"collection": {"calls": [1]}}', '{"collection": {"calls": 1}}'])
def test_what_is_no_manifest_is_no_earlier_run(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).mkdir(parents=True)
    (tmp_path / NAME / MANIFEST).write_text(content)

    assert open_output(tmp_path).kept(*PLACE) is None


def test_a_new_bundle_takes_the_place_of_an_old_one_with_all_its_files(tmp_path: Path) -> None:
    output = open_output(tmp_path)
    for left in ("payments", ".payments.half", ".payments.old"):
        (tmp_path / NAME).with_name(left).mkdir(parents=True)
        (tmp_path / NAME).with_name(left).joinpath("old.json").write_text("{}")

    output.write(*PLACE, read(Recorded()))

    assert [path.name for path in (tmp_path / NAME).parent.iterdir()] == ["payments"]
    assert not (tmp_path / NAME / "old.json").exists()


def test_a_zip_is_gone_on_with_and_what_was_gathered_since_counts(tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    first = open_output(file)
    first.write(*PLACE, read(Recorded()))
    first.write(ACCOUNT, "us-east-1", "orders", read(Recorded()))
    first.close()
    stopped = open_output(file)
    stopped.write(*PLACE, read(Recorded(ec2__DescribeSubnets=DeniedError("UnauthorizedOperation"))))

    again = open_output(file)
    found = [again.kept(*PLACE), again.kept(ACCOUNT, "us-east-1", "orders")]
    again.close()

    assert [one and one.denied for one in found] == [("ec2:DescribeSubnets",), ()]
    with zipfile.ZipFile(file) as archive:
        assert {name.rpartition("/")[0] for name in archive.namelist()} == {NAME, f"{ACCOUNT}/us-east-1/orders"}
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


@pytest.mark.parametrize("name", ["../../evil.json", "notes.txt", f"{NAME}/../x.json", f"/{NAME}/x.json"])
def test_a_zip_that_is_none_of_ours_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    file = tmp_path / "out.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "{}")
    before = file.read_bytes()

    with pytest.raises(OutputError, match="holds other files"):
        open_output(file)

    assert file.read_bytes() == before
    assert not (tmp_path.parent / "evil.json").exists()


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_an_output_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("no archive and no folder")

    result = CliRunner().invoke(main, ["collect", "--output", str(tmp_path / name)])

    assert result.exit_code == 2
    assert "--output" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say where to"),
        (("--decide", "--role-arn", "r", "--profile", "a", "--profile", "b"), "give one --profile, or none"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_called(arguments: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(main, ["collect", *arguments])

    assert result.exit_code == 2
    assert sentence in result.stderr
