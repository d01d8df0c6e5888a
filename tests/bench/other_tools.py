"""What else one would run: a Rego policy of the mode rule, and Checkov, on the reference cluster.

They say less: the policy looks at two switches and a list, and Checkov at attributes one by one; neither follows a
path. Checkov is a process that is started for a file, and so is this service's own command here.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from regopy import Interpreter
from rich.table import Table

from service.advice import advise
from service.web.schemas import load_question
from tests.bench.single_decisions import QUESTION
from tests.e2e.server import ROOT

CHECKOV = ROOT / "build" / "scanners" / "checkov" / "bin" / "checkov"
RULE = """package endpoint

import rego.v1

default mode := "public_and_private"

mode := "private" if input.requirements.internet_exposure == "none"

deny contains "the public endpoint is open to all" if {
    input.cluster.endpoint_access.public
    "0.0.0.0/0" in input.cluster.endpoint_access.public_access_cidrs
}

deny contains "private access is off" if not input.cluster.endpoint_access.private
"""
TERRAFORM = """resource "aws_eks_cluster" "reference" {
  name     = "reference"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids              = ["subnet-a", "subnet-b"]
    endpoint_public_access  = true
    endpoint_private_access = false
    public_access_cidrs     = ["0.0.0.0/0"]
  }
}
"""


def measure(seconds: float) -> Table:
    """The median time of each, as long as its share of the seconds allows; a line says which is not installed."""
    table = Table(title="other tools on the reference cluster, milliseconds", title_justify="left")
    for heading in ("", "median", "times"):
        table.add_column(heading, justify="left" if not heading else "right")
    rego, document = Interpreter(), json.loads(QUESTION)
    rego.add_module("endpoint", RULE)

    def evaluate() -> None:
        rego.set_input(document)
        rego.query("mode = data.endpoint.mode; deny = data.endpoint.deny")

    table.add_row("Rego policy of the mode rule, in process", *_timed(evaluate, seconds / 8))
    table.add_row("this service, load and decide, in process", *_timed(lambda: _decide(document), seconds / 8))
    with TemporaryDirectory() as folder:
        file = Path(folder, "main.tf")
        file.write_text(TERRAFORM)
        ours = [sys.executable, "-m", "service", "decide", str(file)]
        table.add_row("this service, `decide` on a file, a process", *_timed(lambda: _run(ours), seconds / 4))
        if CHECKOV.exists():
            theirs = [str(CHECKOV), "--quiet", "--skip-download", "-f", str(file)]
            table.add_row("Checkov on the same file, a process", *_timed(lambda: _run(theirs), seconds / 2))
        else:
            table.add_row("Checkov: not installed (`make scanners`)", "", "")
    return table


def _decide(document: object) -> None:
    advise(load_question(document))


def _run(command: list[str]) -> None:
    """A process whose findings are no failure."""
    finished = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, check=False)
    if finished.returncode not in (0, 1):
        raise RuntimeError(finished.stderr.decode())


def _timed(work: Callable[[], None], seconds: float) -> tuple[str, str]:
    work()
    spent: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(spent) < 3:
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(spent):.2f}", str(len(spent))
