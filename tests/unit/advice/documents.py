"""Documents that describe a cluster in each format that is edited, and what an edit makes of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

from service.advice.changes.editing import Own, own_changes
from service.advice.changes.wanted import wanted_of
from service.domain.addresses import parse_network
from service.domain.change import Setting
from service.domain.cluster import EndpointMode
from service.domain.written import Form, WrittenChange
from service.engine import study
from service.intake.documents import Documents, read_documents
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from service.web.schemas import load_question

EKSCTL = """\
# the office's cluster
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-west-1}  # password: hunter2
vpc:
  clusterEndpoints:
    publicAccess: true   # for the office
    privateAccess: false
  publicAccessCIDRs:
    # the old office
    - 54.1.2.0/24
    - "13.209.0.0/28"  # the office
  # until here
managedNodeGroups:
  - name: ng
    instanceType: m5.large
"""
EKSCTL_SILENT = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: demo
  region: eu-west-1"""
CLUSTER_API = """\
apiVersion: cluster.x-k8s.io/v1beta1
kind: Cluster
metadata:
  name: demo
spec:
  controlPlaneRef: {kind: AWSManagedControlPlane, name: demo}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlane
metadata:
  name: demo
spec:
  endpointAccess:
    public: true
  region: eu-west-1
"""
CLUSTER_API_TEMPLATE = """\
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlaneTemplate
metadata:
  name: demo
spec:
  template:
    spec:
      region: eu-west-1
"""
ACK = """\
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Cluster
metadata: {name: demo}
spec:
  name: demo
  resourcesVPCConfig: {endpointPublicAccess: true, subnetIDs: [subnet-1, subnet-2]}
"""
CROSSPLANE_LIST = """\
apiVersion: eks.aws.upbound.io/v1beta1
kind: Cluster
metadata:
  name: demo
spec:
  forProvider:
    vpcConfig:
      - endpointPrivateAccess: false
        subnetIds:
          - subnet-1
          - subnet-2
    region: eu-west-1
"""
CROSSPLANE_CLASSIC = """\
apiVersion: eks.aws.crossplane.io/v1beta1
kind: Cluster
metadata:
  name: demo
spec:
  forProvider:
    region: eu-west-1
    resourcesVpcConfig:
      publicAccessCidrs: ["0.0.0.0/0"]
      endpointPublicAccess: true
"""
RANCHER = """\
apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
spec:
  eksConfig:
    displayName: demo
    publicAccess: true
    privateAccess: false
    publicAccessSources: []
    region: eu-west-1
"""
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      RoleArn: !GetAtt Role.Arn
      ResourcesVpcConfig:
        SubnetIds: !Ref Subnets
        EndpointPublicAccess: 'true'
"""
TEMPLATE_JSON = json.dumps(
    {
        "Resources": {
            "Cluster": {
                "Type": "AWS::EKS::Cluster",
                "Properties": {
                    "RoleArn": "arn:aws:iam::123456789012:role/ключ",
                    "ResourcesVpcConfig": {
                        "EndpointPublicAccess": True,
                        "PublicAccessCidrs": ["54.1.2.0/24", "13.209.0.0/28"],
                        "SubnetIds": ["subnet-1", "subnet-2"],
                    },
                },
            }
        }
    },
    indent=4,
    ensure_ascii=False,
)
CDK = json.dumps(
    {
        "Resources": {
            "Cluster": {
                "Type": "Custom::AWSCDK-EKS-Cluster",
                "Properties": {"Config": {"name": "demo", "resourcesVpcConfig": {"endpointPublicAccess": True}}},
            }
        }
    },
    indent=1,
)
TERRAFORM = """\
resource "aws_eks_cluster" "main" {
  name = "demo" # password: hunter2

  vpc_config {
    subnet_ids              = [aws_subnet.a.id]
    endpoint_private_access = "false"
    public_access_cidrs = [
      # the old office
      "54.1.2.0/24", # going
      "13.209.0.0/28" # the office
    ]
  }
}
"""
MODULE = """\
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name                         = "demo"
  cluster_endpoint_public_access       = true
  cluster_endpoint_private_access      = null
  cluster_endpoint_public_access_cidrs = ["54.1.2.0/24"]
}
"""
MODULE_SILENT = """\
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0" # pinned

  name = "demo"
}
"""
TERRAFORM_RANCHER = """\
resource "rancher2_cluster" "main" {
  name = "demo"
  eks_config_v2 {
    region                = "eu-west-1"
    kubernetes_version    = "1.33"
    public_access         = true
    private_access        = false
    public_access_sources = ["54.1.2.0/24"]
  }
}
"""

SAMPLES = {
    "eksctl.yaml": EKSCTL,
    "eksctl-silent.yaml": EKSCTL_SILENT,
    "capa.yaml": CLUSTER_API,
    "capa-template.yaml": CLUSTER_API_TEMPLATE,
    "ack.yaml": ACK,
    "crossplane-list.yaml": CROSSPLANE_LIST,
    "crossplane-classic.yaml": CROSSPLANE_CLASSIC,
    "rancher.yaml": RANCHER,
    "template.yaml": TEMPLATE,
    "template.json": TEMPLATE_JSON,
    "cdk.json": CDK,
    "main.tf": TERRAFORM,
    "rancher.tf": TERRAFORM_RANCHER,
    "module.tf": MODULE,
    "module-silent.tf": MODULE_SILENT,
    "windows.tf": TERRAFORM.replace("\n", "\r\n"),
    "windows.yaml": EKSCTL.replace("\n", "\r\n"),
}


def own(document: Any = None, mode: EndpointMode = EndpointMode.PRIVATE, *cidrs: str, **source: Any) -> Own:
    """What is written for a document's own tool, in one step."""
    question = load_question({"source": {"document": document, **source}})
    listed = tuple(map(parse_network, cidrs)) if mode.has_public else None
    return own_changes(wanted_of(study(question), None, Setting(mode=mode, public_access_cidrs=listed)))


def applied(document: Any, change: WrittenChange, folder: Path, name: str = "") -> Any:
    """The document with a change made: a diff by git or patch, a JSON Patch by its library."""
    if change.form is Form.JSON_PATCH:
        value = read_documents(document.encode(), name).by_name[name] if isinstance(document, str) else document
        return jsonpatch.apply_patch(value, json.loads(change.text))
    git, patch = shutil.which("git"), shutil.which("patch")
    if not (git or patch):
        pytest.skip("neither git nor patch is here to apply a diff")
    file = folder / change.text.splitlines()[0].removeprefix("--- a/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(document.encode())
    command = [git, "apply", "--unidiff-zero", "-"] if git else [patch, "-p1", "--binary"]
    done = subprocess.run(command, input=f"{change.text}\n".encode(), cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return file.read_bytes().decode()


def read_setting(document: Any, name: str = "") -> tuple[Any, Any, Any]:
    """The setting of the only cluster that a document describes."""
    documents = (
        read_documents(document.encode(), name) if isinstance(document, str) else Documents(by_name={name: document})
    )
    (one,) = (it for it in understand(documents, FORMATS).descriptions if it.has_cluster)
    access = one.cluster["endpoint_access"]
    return access["public"], access["private"], access["public_access_cidrs"]
