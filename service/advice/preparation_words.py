"""What is said of each kind of preparation: the call, what to have before, wait for and verify, and the way back.

The order of the table is the order in which preparations are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.change import ChangeKind

BY_HAND = "no call of AWS: it is done where it runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The fixed words of a kind of change; ``{target}`` is what it touches, ``{way}`` the direction of a rule."""

    what: str
    call: str
    verify: tuple[str, ...]
    way_back: str
    before: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


WORDS: dict[ChangeKind, Words] = {
    ChangeKind.VPC_ATTRIBUTE: Words(
        what="set the DNS attributes of the VPC",
        call="ec2:ModifyVpcAttribute",
        before=("one attribute in each call, and DNS support before DNS host names (F-2.9)",),
        verify=("`aws ec2 describe-vpc-attribute` says true",),
        way_back="the same call with false",
    ),
    ChangeKind.DHCP_OPTIONS: Words(
        what="set the DHCP options of the VPC",
        call="ec2:CreateDhcpOptions, then ec2:AssociateDhcpOptions",
        waits=("until the hosts have renewed their leases or are replaced",),
        verify=("`cat /etc/resolv.conf` on a host of the VPC shows what was set",),
        way_back="associate the DHCP options that the VPC has now",
    ),
    ChangeKind.SECURITY_GROUP: Words(
        what="make the security group",
        call="ec2:CreateSecurityGroup",
        verify=("`aws ec2 describe-security-groups` lists the group, in the VPC of the cluster",),
        way_back="delete the group, after whatever holds it",
    ),
    ChangeKind.SECURITY_GROUP_RULE: Words(
        what="add a rule to the security group",
        call="ec2:AuthorizeSecurityGroup{way}",
        verify=("`aws ec2 describe-security-group-rules --filters Name=group-id,Values={target}` lists the rule",),
        way_back="revoke the rule on {target}",
    ),
    ChangeKind.NETWORK_ACL_RULE: Words(
        what="add rules to the network ACL",
        call="ec2:CreateNetworkAclEntry, once for each rule",
        before=("the rule numbers are still free",),
        verify=("`aws ec2 describe-network-acls --network-acl-ids {target}` lists them before any that denies",),
        way_back="delete the entries of {target}",
    ),
    ChangeKind.CONNECTION: Words(
        what="let the link end in the cluster VPC, and route the cluster's ranges into it on the far side:",
        call="ec2:CreateTransitGatewayVpcAttachment, or what the kind of link asks for",
        waits=("until the attachment is `available`",),
        verify=("a host on the far side reaches an address of the VPC through {target}",),
        way_back="detach {target}",
    ),
    ChangeKind.CONNECTION_FIREWALL: Words(
        what="add a rule to the firewall",
        call=BY_HAND,
        verify=("the firewall's log shows that {target} passes the port",),
        way_back="remove the rule on {target}",
    ),
    ChangeKind.NAT_GATEWAY: Words(
        what="make a NAT gateway",
        call="ec2:CreateNatGateway",
        before=("an Elastic IP address is allocated for it",),
        waits=("until it is `available`",),
        verify=("`aws ec2 describe-nat-gateways` says `available`",),
        way_back="delete the gateway, after the routes to it",
    ),
    ChangeKind.ROUTE: Words(
        what="add a route to",
        call="ec2:CreateRoute, or ec2:ReplaceRoute where there is one for the destination",
        verify=("`aws ec2 describe-route-tables --route-table-ids {target}` shows the route as `active`",),
        way_back="delete the route in {target}, or put the one from before back",
    ),
    ChangeKind.SUBNET_ATTRIBUTE: Words(
        what="let new interfaces have public addresses in",
        call="ec2:ModifySubnetAttribute",
        waits=("until the nodes of the subnet are replaced, for only new interfaces get an address",),
        verify=("new nodes in {target} have public addresses",),
        way_back="the same call with false",
    ),
    ChangeKind.BLOCK_PUBLIC_ACCESS: Words(
        what="exempt from Block Public Access",
        call="ec2:CreateVpcBlockPublicAccessExclusion",
        waits=("until the exclusion is `create-complete`",),
        verify=("`aws ec2 describe-vpc-block-public-access-exclusions` lists {target}",),
        way_back="delete the exclusion of {target}",
    ),
    ChangeKind.VPC_ENDPOINT: Words(
        what="make or change the VPC endpoint for",
        call="ec2:CreateVpcEndpoint, or ec2:ModifyVpcEndpoint where there is one",
        waits=("until it is `available`",),
        verify=("from a node, the name of {target} gives addresses of the VPC, or the gateway's route is there",),
        way_back="delete the endpoint for {target}, or set it back",
    ),
    ChangeKind.INBOUND_RESOLVER: Words(
        what="make an inbound endpoint of Route 53 Resolver",
        call="ec2:CreateSecurityGroup, ec2:AuthorizeSecurityGroupIngress, then route53resolver:CreateResolverEndpoint",
        before=(
            "the VPC has no inbound endpoint yet that could be used (`aws route53resolver list-resolver-endpoints`)",
            "its two subnets lie in different zones and have free addresses (F-2.14)",
            "the DNS servers that forward to it have a route to those subnets and back, with port 53 open (F-2.14)",
        ),
        waits=("until the endpoint is `OPERATIONAL`",),
        verify=(
            "`dig @ADDRESS` for the endpoint's name, from a DNS server that will forward, answers at each address",
        ),
        way_back="delete the endpoint and its group, after the forwarding rules that name it",
    ),
    ChangeKind.REMOTE_NETWORKS: Words(
        what="set the remote networks of the cluster",
        call="eks:UpdateClusterConfig",
        before=("no other update of the cluster is in progress (F-9.6)",),
        waits=("until the update is `Successful` (F-9.1)",),
        verify=("`aws eks describe-cluster` lists the ranges",),
        way_back="the same call with the ranges from before",
    ),
    ChangeKind.CONTROL_PLANE_EGRESS: Words(
        what="route the control plane's own calls through the VPC",
        call="eks:UpdateClusterConfig",
        before=(
            "it cannot be undone (F-12.9)",
            "the cluster subnets lead where the control plane has to call (F-12.10)",
        ),
        waits=("until the update is `Successful` (F-9.1)",),
        verify=("the API server accepts tokens of the issuer",),
        way_back="there is none: it is a one-way switch (F-12.9)",
    ),
    ChangeKind.ACCESS_ENTRY: Words(
        what="make access entries for",
        call="eks:CreateAccessEntry, and eks:AssociateAccessPolicy",
        before=("the authentication mode of the cluster takes access entries, `API` or `API_AND_CONFIG_MAP` (F-8.13)",),
        verify=("`aws eks list-access-entries` lists the principals", "`kubectl auth whoami` answers from {target}"),
        way_back="delete the entries",
    ),
    ChangeKind.CONSUMER_CALLS: Words(
        what="change what is called first by",
        call=BY_HAND,
        verify=("{target} gets an answer from the services that it calls first",),
        way_back="set {target} back",
    ),
    ChangeKind.CONSUMER_HOST_NETWORKS: Words(
        what="move the networks of the hosts of",
        call=BY_HAND,
        verify=("`ip route` on a host of {target} shows no route into the VPC's ranges but the default one",),
        way_back="set the hosts of {target} back",
    ),
    ChangeKind.CLUSTER_SUBNETS: Words(
        what="give EKS other cluster subnets",
        call="eks:UpdateClusterConfig",
        before=(
            "an update of its own, apart from the endpoint access (F-9.7)",
            "the new subnets lie in the same zones as the old ones, with free addresses (F-3.4)",
        ),
        waits=("until the update is `Successful` (F-9.1)",),
        verify=(
            "`aws ec2 describe-network-interfaces` shows the interfaces `Amazon EKS ...` in the new subnets (F-3.8)",
        ),
        way_back="the same call with the subnets from before",
    ),
    ChangeKind.CONSUMER_SUBNETS: Words(
        what="use other subnets for",
        call="eks:CreateFargateProfile, for Fargate pods",
        verify=("{target} starts in the new subnets",),
        way_back="use the subnets from before for {target}",
    ),
    ChangeKind.CONSUMER_PUBLIC_ADDRESS: Words(
        what="give public addresses to the interfaces of",
        call="ec2:CreateLaunchTemplateVersion",
        waits=("until the nodes are replaced",),
        verify=("the nodes of {target} have public addresses",),
        way_back="the version of the launch template from before",
    ),
    ChangeKind.CONSUMER_RESOLVER: Words(
        what="forward the DNS queries of",
        call="no call in the cluster's account: a conditional forwarder on its DNS servers; in another VPC it is "
        "route53resolver:CreateResolverRule, through an outbound endpoint",
        before=(
            "its DNS servers reach the VPC's resolver: inside the VPC at its own address, elsewhere at an inbound "
            "endpoint that has addresses in two zones and admits TCP and UDP 53 from them (F-2.14)",
            "what is forwarded is the endpoint's own domain, or `amazonaws.com` and `api.aws` at most (F-2.14)",
        ),
        waits=("60 seconds, until resolvers have forgotten the old answer (F-2.15)",),
        verify=("`dig` for the endpoint's name from {target} gives addresses of the VPC while private access is on",),
        way_back="remove the forwarding rule of {target}",
    ),
    ChangeKind.CONSUMER_EGRESS: Words(
        what="give a fixed egress address to",
        call=BY_HAND,
        verify=("`curl https://checkip.amazonaws.com` from {target} shows the address",),
        way_back="let {target} leave as before",
    ),
    ChangeKind.CONSUMER_PROXY: Words(
        what="name the endpoint in NO_PROXY of",
        call=BY_HAND,
        verify=("the proxy's log shows no calls of {target} to the endpoint",),
        way_back="take the name out of NO_PROXY of {target}",
    ),
    ChangeKind.CONSUMER_TUNNEL: Words(
        what="use a tunnel for the calls of",
        call="ssm:StartSession, or SSH",
        before=("kubectl keeps the endpoint's own name for TLS (`tls-server-name`, F-6.11)",),
        verify=("`kubectl get --raw /readyz` works from {target} once private access is on",),
        way_back="end the session of {target}",
    ),
    ChangeKind.CONSUMER_LOCATION: Words(
        what="move",
        call=BY_HAND,
        before=("what it needs beside the Kubernetes API is within reach from there",),
        verify=("{target} runs where it was moved to",),
        way_back="keep {target} where it was until the end of the plan, and go back to it",
    ),
}
