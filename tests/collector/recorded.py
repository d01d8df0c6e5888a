"""An account as a dictionary of answers, held to the shapes that botocore knows."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from service.collector.calls import Call
from service.collector.errors import CallError

Document = dict[str, Any]
VPC, PEER, ACCOUNT, GROUP = "vpc-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa2", "123456789012", "sg-0aaaaaaaaaaaaaaa1"
LISTED, OF_PEER, VPCE = "pl-0aaaaaaaaaaaaaaa1", "pcx-0aaaaaaaaaaaaaaa1", "vpce-0aaaaaaaaaaaaaaa1"
PRESHARED = "a-preshared-key-that-nobody-may-see"
_TABLE, _GATEWAY, _VGW = "tgw-rtb-0aaaaaaaaaaaaaaa1", "tgw-0aaaaaaaaaaaaaaa1", "vgw-0aaaaaaaaaaaaaaa1"
_ATTACHMENT, _CLIENTS, _TEMPLATE = (
    "tgw-attach-0aaaaaaaaaaaaaaa1",
    "cvpn-endpoint-0aaaaaaaaaaaaaaa1",
    "lt-0aaaaaaaaaaaaaaa1",
)
_ROUTES = [
    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
    {"DestinationPrefixListId": LISTED, "TransitGatewayId": _GATEWAY},
    {"DestinationPrefixListId": "pl-0aaaaaaaaaaaaaaa9", "GatewayId": VPCE},
]
_TAGS = [{"Key": "kubernetes.io/cluster/payments", "Value": "owned"}, {"Key": "password", "Value": PRESHARED}]

ANSWERS: dict[str, Document] = {
    "eks:ListClusters": {"clusters": ["payments"]},
    "eks:DescribeCluster": {
        "cluster": {
            "name": "payments",
            "arn": f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/payments",
            "status": "ACTIVE",
            "resourcesVpcConfig": {
                "vpcId": VPC,
                "subnetIds": ["subnet-0aaaaaaaaaaaaaaa1"],
                "clusterSecurityGroupId": GROUP,
                "endpointPublicAccess": True,
                "endpointPrivateAccess": False,
                "publicAccessCidrs": ["0.0.0.0/0"],
            },
            "tags": {"password": PRESHARED},
        }
    },
    "eks:ListNodegroups": {"nodegroups": ["general"]},
    "eks:DescribeNodegroup": {
        "nodegroup": {
            "nodegroupName": "general",
            "clusterName": "payments",
            "status": "ACTIVE",
            "subnets": ["subnet-0aaaaaaaaaaaaaaa1"],
            "launchTemplate": {"id": _TEMPLATE, "version": "3"},
        }
    },
    "eks:ListFargateProfiles": {"fargateProfileNames": ["batch"]},
    "eks:DescribeFargateProfile": {
        "fargateProfile": {
            "fargateProfileName": "batch",
            "clusterName": "payments",
            "subnets": ["subnet-0aaaaaaaaaaaaaaa1"],
        }
    },
    "ec2:DescribeLaunchTemplateVersions": {
        "LaunchTemplateVersions": [
            {
                "LaunchTemplateId": _TEMPLATE,
                "VersionNumber": 3,
                "LaunchTemplateData": {"SecurityGroupIds": [GROUP], "UserData": PRESHARED},
            }
        ]
    },
    "ec2:DescribeInstances": {
        "Reservations": [
            {
                "Instances": [
                    {
                        "InstanceId": "i-0aaaaaaaaaaaaaaa1",
                        "State": {"Name": "running"},
                        "SubnetId": "subnet-0aaaaaaaaaaaaaaa1",
                        "KeyName": PRESHARED,
                        "Tags": _TAGS,
                    }
                ]
            }
        ]
    },
    "ec2:DescribeVpcs": {
        "Vpcs": [
            {"VpcId": VPC, "CidrBlock": "10.0.0.0/16", "OwnerId": ACCOUNT, "DhcpOptionsId": "dopt-0aaaaaaaaaaaaaaa1"}
        ]
    },
    "ec2:DescribeVpcAttribute": {"VpcId": VPC, "EnableDnsSupport": {"Value": True}},
    "ec2:DescribeDhcpOptions": {
        "DhcpOptions": [
            {
                "DhcpOptionsId": "dopt-0aaaaaaaaaaaaaaa1",
                "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}],
            }
        ]
    },
    "ec2:DescribeVpcBlockPublicAccessOptions": {
        "VpcBlockPublicAccessOptions": {"AwsRegion": "eu-west-1", "InternetGatewayBlockMode": "off"}
    },
    "ec2:DescribeVpcBlockPublicAccessExclusions": {"VpcBlockPublicAccessExclusions": []},
    "ec2:DescribeSubnets": {
        "Subnets": [
            {
                "SubnetId": "subnet-0aaaaaaaaaaaaaaa1",
                "VpcId": VPC,
                "CidrBlock": "10.0.0.0/24",
                "AvailabilityZone": "eu-west-1a",
            }
        ]
    },
    "ec2:DescribeRouteTables": {
        "RouteTables": [
            {"RouteTableId": "rtb-1", "VpcId": VPC, "Associations": [{"Main": True}], "Routes": _ROUTES, "Tags": _TAGS}
        ]
    },
    "ec2:DescribeNatGateways": {"NatGateways": []},
    "ec2:DescribeSecurityGroups": {
        "SecurityGroups": [
            {
                "GroupId": GROUP,
                "VpcId": VPC,
                "IpPermissions": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": LISTED}]}
                ],
                "IpPermissionsEgress": [],
            }
        ]
    },
    "ec2:DescribeNetworkAcls": {"NetworkAcls": []},
    "ec2:GetManagedPrefixListEntries": {"Entries": [{"Cidr": "10.8.0.0/16"}]},
    "ec2:DescribeVpcEndpoints": {"VpcEndpoints": []},
    "ec2:DescribeNetworkInterfaces": {
        "NetworkInterfaces": [
            {
                "NetworkInterfaceId": "eni-1",
                "InterfaceType": "interface",
                "Description": "Amazon EKS payments",
                "VpcId": VPC,
                "SubnetId": "subnet-0aaaaaaaaaaaaaaa1",
                "Groups": [{"GroupId": GROUP}],
            }
        ]
    },
    "ec2:DescribeVpcPeeringConnections": {
        "VpcPeeringConnections": [
            {
                "VpcPeeringConnectionId": OF_PEER,
                "Status": {"Code": "active"},
                "RequesterVpcInfo": {
                    "VpcId": VPC,
                    "OwnerId": ACCOUNT,
                    "CidrBlock": "10.0.0.0/16",
                    "Region": "eu-west-1",
                },
                "AccepterVpcInfo": {
                    "VpcId": PEER,
                    "OwnerId": ACCOUNT,
                    "CidrBlock": "10.9.0.0/16",
                    "Region": "us-east-1",
                },
            }
        ]
    },
    "ec2:DescribeTransitGatewayVpcAttachments": {
        "TransitGatewayVpcAttachments": [
            {
                "TransitGatewayAttachmentId": _ATTACHMENT,
                "TransitGatewayId": _GATEWAY,
                "VpcId": VPC,
                "State": "available",
            }
        ]
    },
    "ec2:DescribeTransitGatewayAttachments": {
        "TransitGatewayAttachments": [
            {
                "TransitGatewayAttachmentId": _ATTACHMENT,
                "TransitGatewayId": _GATEWAY,
                "ResourceType": "vpc",
                "ResourceId": VPC,
                "State": "available",
                "Association": {"TransitGatewayRouteTableId": _TABLE},
            }
        ]
    },
    "ec2:SearchTransitGatewayRoutes": {
        "Routes": [
            {
                "DestinationCidrBlock": "10.20.0.0/16",
                "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-2"}],
                "State": "active",
            }
        ],
        "AdditionalRoutesAvailable": False,
    },
    "ec2:DescribeVpnGateways": {
        "VpnGateways": [
            {"VpnGatewayId": _VGW, "State": "available", "VpcAttachments": [{"VpcId": VPC, "State": "attached"}]}
        ]
    },
    "ec2:DescribeVpnConnections": {
        "VpnConnections": [
            {
                "VpnConnectionId": "vpn-1",
                "VpnGatewayId": _VGW,
                "State": "available",
                "CustomerGatewayConfiguration": f"<pre_shared_key>{PRESHARED}</pre_shared_key>",
                "Options": {"TunnelOptions": [{"PreSharedKey": PRESHARED}]},
                "Routes": [{"DestinationCidrBlock": "10.30.0.0/16", "State": "available"}],
            }
        ]
    },
    "ec2:DescribeClientVpnEndpoints": {
        "ClientVpnEndpoints": [
            {
                "ClientVpnEndpointId": _CLIENTS,
                "VpcId": VPC,
                "Status": {"Code": "available"},
                "ClientCidrBlock": "10.40.0.0/22",
                "SplitTunnel": True,
            },
            {"ClientVpnEndpointId": "cvpn-endpoint-of-another", "VpcId": "vpc-of-another"},
        ]
    },
    "ec2:DescribeClientVpnRoutes": {"Routes": [{"ClientVpnEndpointId": _CLIENTS, "DestinationCidr": "10.0.0.0/16"}]},
    "directconnect:DescribeDirectConnectGatewayAssociations": {"directConnectGatewayAssociations": []},
    "directconnect:DescribeVirtualInterfaces": {
        "virtualInterfaces": [{"virtualInterfaceId": "dxvif-1", "virtualGatewayId": _VGW, "authKey": PRESHARED}]
    },
    "route53resolver:ListResolverEndpoints": {"ResolverEndpoints": []},
}


@cache
def _service(name: str) -> Any:
    """botocore's own model of a service; EC2's takes a second to read."""
    return botocore.session.Session().get_service_model(name)


class Recorded:
    """An account that answers so; ``instead`` are errors or other answers by action."""

    id = ACCOUNT

    def __init__(self, **instead: Document | CallError) -> None:
        self.instead = {action.replace("__", ":"): answer for action, answer in instead.items()}
        self.called: list[tuple[str, str]] = []

    def call(self, call: Call, region: str, **parameters: Any) -> Document:
        """The answer, after request and answer are held to their shapes."""
        self.called.append((call.action, region))
        model = _service(call.service).operation_model(call.operation)
        if model.input_shape:
            report = ParamValidator().validate(parameters, model.input_shape)
            assert not report.has_errors(), report.generate_report()
        answer = self.instead.get(call.action, ANSWERS.get(call.action))
        if isinstance(answer, CallError):
            raise answer
        assert answer is not None, call.action
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        return copy.deepcopy(answer)
