"""Whatever stands in an AWS document: a description that loads as a question, or a refusal with words."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.intake import aws
from service.intake.understanding import NotUnderstoodError
from service.web.schemas import load_question

_IDS = st.sampled_from(["vpc-1", "vpc-2", "subnet-a", "subnet-b", "sg-0123456789abcdef0", "sg-1", "rtb-1", "igw-1"])
_RANGES = st.sampled_from(["10.0.0.0/16", "10.0.1.0/24", "0.0.0.0/0", "::/0", "fd00::/64", "10.0.0.1/24", "x", ""])
_STATES = st.sampled_from(["active", "available", "deleted", "pending", "blackhole", "ACTIVE", {"Code": "active"}])
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 70000), st.floats(), st.text(max_size=8), _IDS, _RANGES, _STATES
)
_ANYTHING = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def _records(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists of objects with some of the fields, now and then with something else in one of them."""
    spoilt = {name: st.one_of(*[value] * 5, _ANYTHING) for name, value in fields.items()}
    return st.lists(st.fixed_dictionaries({}, optional=spoilt), max_size=3)


_CIDR = _records(CidrBlock=_RANGES, CidrBlockState=st.fixed_dictionaries({"State": _STATES}))
_PERMISSIONS = _records(
    IpProtocol=st.sampled_from(["-1", "tcp", "6", "all", "icmp"]),
    FromPort=st.integers(-1, 65536),
    ToPort=st.integers(-1, 65536),
    IpRanges=_records(CidrIp=_RANGES),
    UserIdGroupPairs=_records(GroupId=_IDS),
    PrefixListIds=_records(PrefixListId=st.sampled_from(["pl-1", "x"])),
)
_SIDE = st.fixed_dictionaries({}, optional={"VpcId": _IDS, "CidrBlock": _RANGES, "CidrBlockSet": _CIDR})
_TARGETS = ("GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId")
_TARGET_IDS = st.sampled_from(["local", "igw-1", "nat-1", "tgw-1", "pcx-1", "eni-1", "vgw-0123456789abcdef0", "odd"])
_ROUTES = _records(
    DestinationCidrBlock=_RANGES,
    DestinationPrefixListId=st.just("pl-1"),
    State=_STATES,
    **dict.fromkeys(_TARGETS, _TARGET_IDS),
)
_VPC_CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "vpcId": _IDS,
        "subnetIds": st.lists(_IDS, max_size=3),
        "securityGroupIds": st.lists(_IDS, max_size=2),
        "clusterSecurityGroupId": _IDS,
        "endpointPublicAccess": st.one_of(st.booleans(), _SCALARS),
        "endpointPrivateAccess": st.one_of(st.booleans(), _SCALARS),
        "publicAccessCidrs": st.one_of(st.lists(_RANGES, max_size=3), _ANYTHING),
    },
)
_CLUSTER = st.fixed_dictionaries(
    {"resourcesVpcConfig": _VPC_CONFIG},
    optional={
        "name": st.one_of(st.just("one"), _SCALARS),
        "arn": st.one_of(st.just("arn:aws:eks:eu-west-1:123456789012:cluster/one"), _SCALARS),
        "createdAt": _ANYTHING,
        "status": _STATES,
        "tags": _ANYTHING,
        "kubernetesNetworkConfig": st.one_of(st.just({"ipFamily": "ipv6"}), _ANYTHING),
        "remoteNetworkConfig": st.one_of(st.just({"remoteNodeNetworks": [{"cidrs": ["10.9.0.0/16"]}]}), _ANYTHING),
        "outpostConfig": _ANYTHING,
        "computeConfig": _ANYTHING,
    },
)
_DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "cluster": st.one_of(_CLUSTER, _CLUSTER, _ANYTHING),
        "clusters": st.lists(st.one_of(_CLUSTER, _ANYTHING), max_size=2),
        "nodegroup": _records(
            nodegroupName=_IDS, clusterName=st.just("one"), subnets=st.lists(_IDS), launchTemplate=_ANYTHING
        ).map(lambda many: many[0] if many else None),
        "fargateProfile": _ANYTHING,
        "Vpcs": _records(VpcId=_IDS, CidrBlock=_RANGES, CidrBlockAssociationSet=_CIDR, OwnerId=_IDS),
        "Subnets": _records(
            SubnetId=_IDS,
            VpcId=_IDS,
            CidrBlock=_RANGES,
            AvailabilityZone=st.sampled_from(["eu-west-1a", "x"]),
            MapPublicIpOnLaunch=st.booleans(),
            OutpostArn=_ANYTHING,
        ),
        "RouteTables": _records(
            RouteTableId=_IDS,
            VpcId=_IDS,
            Routes=_ROUTES,
            Associations=_records(Main=st.booleans(), SubnetId=_IDS),
        ),
        "NatGateways": _records(
            NatGatewayId=_TARGET_IDS,
            VpcId=_IDS,
            SubnetId=_IDS,
            State=_STATES,
            NatGatewayAddresses=_records(PublicIp=st.sampled_from(["3.3.3.3", "x", "fe80::1%a"])),
        ),
        "SecurityGroups": _records(
            GroupId=_IDS, VpcId=_IDS, IpPermissions=_PERMISSIONS, IpPermissionsEgress=_PERMISSIONS
        ),
        "NetworkAcls": _records(
            NetworkAclId=_IDS,
            VpcId=_IDS,
            Associations=_records(SubnetId=_IDS),
            Entries=_records(
                RuleNumber=st.integers(-1, 40000),
                RuleAction=st.sampled_from(["allow", "deny"]),
                Protocol=st.sampled_from(["-1", "6", "999"]),
                Egress=st.booleans(),
                CidrBlock=_RANGES,
                PortRange=_ANYTHING,
            ),
        ),
        "VpcEndpoints": _records(
            VpcEndpointId=_IDS,
            VpcId=_IDS,
            ServiceName=_SCALARS,
            VpcEndpointType=st.sampled_from(["Gateway", "Interface", "x"]),
            SubnetIds=st.lists(_IDS),
            RouteTableIds=st.lists(_IDS),
            Groups=_records(GroupId=_IDS),
        ),
        "VpcPeeringConnections": _records(
            VpcPeeringConnectionId=_TARGET_IDS, Status=_STATES, AccepterVpcInfo=_SIDE, RequesterVpcInfo=_SIDE
        ),
        "TransitGatewayVpcAttachments": _records(TransitGatewayId=_TARGET_IDS, VpcId=_IDS, State=_STATES),
        "VpnGateways": _records(VpnGatewayId=_TARGET_IDS, VpcAttachments=_records(VpcId=_IDS, State=_STATES)),
        "ClientVpnEndpoints": _records(
            ClientVpnEndpointId=_TARGET_IDS, VpcId=_IDS, ClientCidrBlock=_RANGES, SplitTunnel=st.booleans()
        ),
        "DhcpOptions": _records(DhcpOptionsId=_IDS, DhcpConfigurations=_ANYTHING),
        "NetworkInterfaces": _records(
            VpcId=_IDS, SubnetId=_IDS, Description=st.just("Amazon EKS one"), Groups=_records(GroupId=_IDS)
        ),
        "Reservations": _ANYTHING,
        "NextToken": _SCALARS,
        "configurationItems": _ANYTHING,
        "data": _ANYTHING,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=st.lists(_DOCUMENT, min_size=1, max_size=3))
def test_nothing_but_a_question_or_a_refusal_comes_out(documents: list[Any]) -> None:
    named = {f"{number}.json": document for number, document in enumerate(documents)}
    for name, document in named.items():
        aws.recognises(document, name)
    try:
        found = aws.read(named)
    except NotUnderstoodError:
        return

    assert found
    for one in found:
        load_question({"cluster": one.cluster} | ({"consumers": list(one.consumers)} if one.consumers else {}))
        json.dumps(one.cluster)


@settings(max_examples=100, deadline=None)
@given(document=_ANYTHING)
def test_recognising_never_raises(document: Any) -> None:
    assert aws.recognises(document, "any.json") in (True, False)
