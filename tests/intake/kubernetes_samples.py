"""One document for each format of Kubernetes objects that says everything that its reader knows."""

SAMPLES = {
    "eksctl-clusterconfig": """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: one, region: eu-west-1, version: "1.33", tags: {team: core}}
kubernetesNetworkConfig: {ipFamily: IPv4, serviceIPv4CIDR: 172.20.0.0/16}
availabilityZones: [eu-west-1a, eu-west-1b]
vpc:
  cidr: 10.0.0.0/16
  extraCIDRs: [10.1.0.0/16]
  nat: {gateway: HighlyAvailable}
  publicAccessCIDRs: [13.0.0.0/8]
  clusterEndpoints: {publicAccess: true, privateAccess: true}
privateCluster: {enabled: false, additionalEndpointServices: [logs]}
cloudWatch: {clusterLogging: {enableTypes: [api]}}
autoModeConfig: {enabled: true}
nodeGroups: [{name: ng, privateNetworking: true, securityGroups: {withShared: true}, availabilityZones: [eu-west-1a]}]
managedNodeGroups: [{name: mng, subnets: [private-eu-west-1a]}]
fargateProfiles: [{name: fp, subnets: [private-eu-west-1b]}]
remoteNetworkConfig:
  vpcGatewayID: tgw-0123456789abcdef0
  remoteNodeNetworks: [{cidrs: [10.80.0.0/16]}]
  remotePodNetworks: [{cidrs: [10.81.0.0/16]}]
---
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: two, region: eu-west-1}
privateCluster: {enabled: true}
---
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: three, region: eu-west-1}
vpc:
  id: vpc-1
  cidr: 10.0.0.0/16
  securityGroup: sg-1
  controlPlaneSubnetIDs: [subnet-1]
  subnets:
    public: {eu-west-1a: {id: subnet-1, cidr: 10.0.0.0/24}}
    private: {back: {id: subnet-2, az: eu-west-1b, cidr: 10.0.1.0/24}, other: {cidr: 10.0.2.0/24}}
nodeGroups: [{name: ng, subnets: [back]}]
""",
    "capa-awsmanagedcontrolplane": """
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlane
metadata: {name: one}
spec:
  eksClusterName: prod
  region: eu-west-1
  secondaryCidrBlock: 100.64.0.0/16
  endpointAccess: {public: true, private: false, publicCIDRs: [13.0.0.0/8]}
  additionalTags: {team: core}
  network:
    vpc: {id: vpc-1, cidrBlock: 10.0.0.0/16}
    subnets:
      - {id: subnet-a, isPublic: true, cidrBlock: 10.0.0.0/24, availabilityZone: eu-west-1a}
      - {id: subnet-b, cidrBlock: 10.0.1.0/24, natGatewayId: nat-1, ipv6CidrBlock: "2001:db8::/64"}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: AWSManagedMachinePool
metadata: {name: pool}
spec: {eksNodegroupName: ng, subnetIDs: [subnet-b], availabilityZones: [eu-west-1a], publicIP: true}
---
apiVersion: cluster.x-k8s.io/v1beta2
kind: ClusterClass
metadata: {name: class}
spec:
  patches:
    - definitions:
        - selector: {kind: AWSManagedControlPlaneTemplate}
          jsonPatches: [{path: /spec/template/spec/network/subnets/0/id, valueFrom: {variable: id}}]
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: AWSManagedControlPlaneTemplate
metadata: {name: two}
spec: {template: {spec: {network: {subnets: [{id: subnet-a}]}}}}
""",
    "ack-eks-cluster": """
apiVersion: ec2.services.k8s.aws/v1alpha1
kind: VPC
metadata: {name: net}
spec: {cidrBlocks: [10.0.0.0/16], enableDNSSupport: true, enableDNSHostnames: true}
---
apiVersion: ec2.services.k8s.aws/v1alpha1
kind: NATGateway
metadata: {name: nat}
spec: {subnetRef: {from: {name: front}}, connectivityType: public}
---
apiVersion: ec2.services.k8s.aws/v1alpha1
kind: RouteTable
metadata: {name: table}
spec:
  vpcRef: {from: {name: net}}
  routes:
    - {destinationCIDRBlock: 0.0.0.0/0, natGatewayRef: {from: {name: nat}}}
    - {destinationCIDRBlock: 10.8.0.0/16, transitGatewayID: tgw-0123456789abcdef0}
---
apiVersion: ec2.services.k8s.aws/v1alpha1
kind: Subnet
metadata: {name: front}
spec: {vpcRef: {from: {name: net}}, cidrBlock: 10.0.0.0/24, routeTableRefs: [{from: {name: table}}]}
---
apiVersion: ec2.services.k8s.aws/v1alpha1
kind: SecurityGroup
metadata: {name: extra}
spec: {ingressRules: [{ipProtocol: tcp, fromPort: 443, toPort: 443, ipRanges: [{cidrIP: 10.8.0.0/16}]}]}
---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Cluster
metadata: {name: one, annotations: {services.k8s.aws/region: eu-west-1}}
spec:
  name: prod
  tags: {team: core}
  resourcesVPCConfig:
    endpointPublicAccess: true
    endpointPrivateAccess: false
    publicAccessCIDRs: [13.0.0.0/8]
    subnetRefs: [{from: {name: front}}]
    securityGroupRefs: [{from: {name: extra}}]
  remoteNetworkConfig: {remoteNodeNetworks: [{cidrs: [10.80.0.0/16]}]}
---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Nodegroup
metadata: {name: ng}
spec: {name: ng, clusterRef: {from: {name: one}}, subnets: [subnet-9]}
""",
    "crossplane": """
apiVersion: ec2.aws.upbound.io/v1beta1
kind: VPC
metadata: {name: net}
spec: {forProvider: {cidrBlock: 10.0.0.0/16}}
---
apiVersion: ec2.aws.upbound.io/v1beta1
kind: Subnet
metadata: {name: front, labels: {access: public}}
spec: {forProvider: {vpcIdRef: {name: net}, cidrBlock: 10.0.0.0/24}}
---
apiVersion: ec2.aws.upbound.io/v1beta1
kind: RouteTable
metadata: {name: table}
spec: {forProvider: {vpcIdRef: {name: net}}}
---
apiVersion: ec2.aws.upbound.io/v1beta1
kind: Route
metadata: {name: out}
spec: {forProvider: {routeTableIdRef: {name: table}, destinationCidrBlock: 0.0.0.0/0, gatewayId: igw-1}}
---
apiVersion: ec2.aws.upbound.io/v1beta1
kind: RouteTableAssociation
metadata: {name: front}
spec: {forProvider: {subnetIdSelector: {matchLabels: {access: public}}, routeTableIdRef: {name: table}}}
---
apiVersion: eks.aws.upbound.io/v1beta1
kind: Cluster
metadata: {name: one}
spec:
  managementPolicies: ["*"]
  initProvider: {region: eu-west-1}
  forProvider:
    tags: {team: core}
    vpcConfig:
      - endpointPublicAccess: true
        endpointPrivateAccess: false
        publicAccessCidrs: [13.0.0.0/8]
        subnetIdSelector: {matchLabels: {access: public}}
---
apiVersion: eks.aws.upbound.io/v1beta1
kind: NodeGroup
metadata: {name: ng}
spec: {forProvider: {clusterNameRef: {name: one}, subnetIds: [front]}}
---
apiVersion: apiextensions.crossplane.io/v1
kind: CompositeResourceDefinition
metadata: {name: xkubes.example.org}
spec:
  group: example.org
  names: {kind: XKube}
  claimNames: {kind: Kube}
  versions:
    - name: v1alpha1
      schema:
        openAPIV3Schema:
          properties:
            spec: {properties: {endpointPublicAccess: {default: true}, publicAccessCidrs: {default: [13.0.0.0/8]}}}
---
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: x}
spec:
  compositeTypeRef: {apiVersion: example.org/v1alpha1, kind: XKube}
  patchSets: [{name: set, patches: [{fromFieldPath: spec.region, toFieldPath: spec.forProvider.region}]}]
  resources:
    - name: cluster
      base:
        apiVersion: eks.aws.crossplane.io/v1beta1
        kind: Cluster
        spec: {forProvider: {resourcesVpcConfig: {endpointPublicAccess: null}}}
      patches:
        - {type: PatchSet, patchSetName: set}
        - fromFieldPath: spec.endpointPublicAccess
          toFieldPath: spec.forProvider.resourcesVpcConfig.endpointPublicAccess
        - {fromFieldPath: spec.ids, toFieldPath: "spec.forProvider.resourcesVpcConfig.subnetIds[0]"}
---
apiVersion: example.org/v1alpha1
kind: Kube
metadata: {name: claim}
spec: {parameters: {endpointPrivateAccess: true, subnetIds: [s-1], region: eu-west-1}}
""",
    "rancher-eksclusterconfig": """
apiVersion: eks.cattle.io/v1
kind: EKSClusterConfig
metadata: {name: one}
spec:
  displayName: prod
  region: eu-west-1
  imported: false
  kubernetesVersion: "1.33"
  publicAccess: true
  privateAccess: true
  publicAccessSources: [13.0.0.0/8]
  subnets: [subnet-1, subnet-2]
  securityGroups: [sg-1]
  tags: {team: core}
  nodeGroups: [{nodegroupName: ng, subnets: [subnet-1], launchTemplate: {id: lt-1}}]
""",
}
