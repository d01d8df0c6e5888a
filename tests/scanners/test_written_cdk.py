"""The TypeScript that is written for the CDK is compiled and synthesised, and the template has the setting.

All settings are one program, because the compiler takes seconds to read the library's types. What is written is one
construct among others of a program, so the properties that stay as they are stand beside it here.
"""

from __future__ import annotations

import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from service.domain.cluster import EndpointMode, IpFamily
from tests.laws.test_written_changes import LISTS, wanted, written
from tests.scanners.test_scanners import HERE, tool

PATIENCE = 300
COMPILER = HERE / "node_modules" / ".bin" / "tsc"
LIBRARIES = {"first": "aws-cdk-lib/aws-eks", "second": "aws-cdk-lib/aws-eks-v2"}
"""Both generations of the library's EKS module have the same names."""
SETTINGS = {f"C{number}": pair for number, pair in enumerate(product(EndpointMode, (LISTS[1], LISTS[2])))}
"""A list, and everybody, in each mode: all that the constructs tell apart."""
OPTIONS = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10")
PROGRAM = """
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from '%(library)s';
import * as lambda from 'aws-cdk-lib/aws-lambda';

const app = new cdk.App({ analyticsReporting: false });

abstract class Written extends cdk.Stack {
  constructor(id: string) { super(app, id); this.build(); }
  abstract build(): void;
  get rest() {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] });
    return { version: eks.KubernetesVersion.of('1.33'), vpc, vpcSubnets: [{ subnets: vpc.privateSubnets }], %(more)s };
  }
}
%(stacks)s
console.log(JSON.stringify(Object.fromEntries(app.synth().stacks.map((it) => [it.stackName, it.template]))));
"""
MORE = {
    "first": "defaultCapacity: 0, kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(this, 'Layer', "
    "'arn:aws:lambda:us-east-1:111122223333:layer:kubectl:1')",
    "second": "defaultCapacityType: eks.DefaultCapacityType.NODEGROUP, defaultCapacity: 0",
}


def snippet(mode: EndpointMode, cidrs: tuple[str, ...]) -> str:
    """What is written, with the properties that stay as they are put in beside it."""
    text = next(it.text for it in written(wanted(mode, cidrs, ip_family=IpFamily.IPV4)) if it.tool == "cdk")
    if "CfnCluster" not in text:
        return text.replace("{", "{\n  ...this.rest,", 1)
    low = text.replace("{", "{\n  roleArn: 'arn:aws:iam::111122223333:role/eks',", 1)
    return low.replace("resourcesVpcConfig: {", "resourcesVpcConfig: {\n    subnetIds: ['subnet-a', 'subnet-b'],")


def program(generation: str) -> str:
    """One stack for each setting."""
    stacks = "\n".join(
        f"class {name} extends Written {{ build() {{\n{snippet(*setting)}\n}} }}\nnew {name}('{name}');"
        for name, setting in SETTINGS.items()
    )
    return PROGRAM % {"library": LIBRARIES[generation], "more": MORE[generation], "stacks": stacks}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of both generations, as JavaScript."""
    compiler, folder = tool(COMPILER), tmp_path_factory.mktemp("cdk")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    for generation in LIBRARIES:
        (folder / f"{generation}.ts").write_text(program(generation), encoding="utf-8")
    files = [str(folder / f"{generation}.ts") for generation in LIBRARIES]
    done = subprocess.run([compiler, *OPTIONS, *files], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout
    return folder


def access_in(template: dict[str, Any]) -> dict[str, Any]:
    """The setting of the one cluster, under the names of the EKS API."""
    found = [
        properties["Config"]["resourcesVpcConfig"] if "Config" in properties else properties["ResourcesVpcConfig"]
        for resource in template["Resources"].values()
        for properties in (resource["Properties"],)
        if resource["Type"] in ("AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster")
    ]
    (config,) = found
    return {f"{name[0].lower()}{name[1:]}": value for name, value in config.items()}


@pytest.mark.parametrize("generation", LIBRARIES)
def test_the_template_of_what_is_written_has_the_setting(generation: str, compiled: Path) -> None:
    done = subprocess.run(
        ["node", str(compiled / f"{generation}.js")],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=compiled,
    )
    assert done.returncode == 0, done.stderr
    templates = json.loads(done.stdout)

    for name, (mode, cidrs) in SETTINGS.items():
        access = access_in(templates[name])
        assert access["endpointPublicAccess"] is mode.has_public
        assert access["endpointPrivateAccess"] is mode.has_private
        listed = set(access.get("publicAccessCidrs", ()))
        assert not mode.has_public or listed in ({*cidrs}, set()), (name, cidrs)
        assert listed or not mode.has_public or "0.0.0.0/0" in cidrs  # left out, it is open to all (F-1.11)
