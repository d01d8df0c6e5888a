"""Sets of values for which the chart is rendered, from the least that it takes to everything at once."""

from __future__ import annotations

from typing import Any

Values = dict[str, Any]

LEAST: Values = {"access": {"keysSecret": "keys"}, "record": {"urlSecret": "database"}}
OPEN: Values = {"access": {"none": True, "metrics": "open"}, "record": {"mode": "off"}}
BARE: Values = {
    **OPEN,
    "networkPolicy": {"enabled": False},
    "podDisruptionBudget": {"enabled": False},
    "replicas": 1,
}
TOKENS: Values = {
    "settings": {
        "JWT_ISSUER": "https://issuer.example",
        "JWT_AUDIENCE": "decisions",
        "JWT_JWKS_URL": "https://issuer.example/keys",
        "MAX_BODY_BYTES": 16777216,
        "LOG_LEVEL": "warning",
    },
    "record": {"mode": "best_effort", "urlSecret": "database", "spillSize": "1Gi"},
    "migration": {"enabled": False},
    "policy": {"configMap": "ours", "configMapKey": "rules.yaml"},
    "prices": {"configMap": "theirs"},
}
EVERYTHING: Values = {
    "image": {
        "repository": "registry.example/eks-endpoint-decision",
        "digest": f"sha256:{'0' * 64}",
        "pullPolicy": "Always",
        "pullSecrets": [{"name": "pull"}],
    },
    "settings": {"WORKERS": 4, "RATE_LIMIT": "600/minute", "TRUSTED_PROXIES": 1},
    "secretSettings": [{"name": "RATE_LIMIT_STORE", "secret": "redis", "key": "url"}],
    "access": {"keysSecret": "keys", "keysSecretKey": "lines"},
    "record": {"urlSecret": "database"},
    "migration": {"urlSecretKey": "owner-url"},
    "policy": {"text": "name: ours\nedition: '1'\n"},
    "prices": {"text": '{"prices": []}'},
    "autoscaling": {"enabled": True, "min": 3, "max": 9},
    "podDisruptionBudget": {"maxUnavailable": "25%"},
    "stopping": {"pauseSeconds": 15, "gracefulSeconds": 30},
    "service": {"type": "LoadBalancer", "port": 8443, "annotations": {"example/kind": "internal"}},
    "serviceAccount": {"annotations": {"example/role": "none"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "decisions.example",
        "tlsSecret": "certificate",
        "annotations": {"example/team": "platform"},
    },
    "gateway": {
        "enabled": True,
        "parents": [{"name": "public", "namespace": "gateways"}],
        "hostnames": ["decisions.example"],
    },
    "networkPolicy": {
        "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}],
        "database": [{"ipBlock": {"cidr": "10.0.8.0/24"}}],
        "egress": [{"ports": [{"port": 6379, "protocol": "TCP"}]}],
    },
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}, "keySecret": "prometheus-key"},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "dashboard": {"enabled": True, "annotations": {"grafana_folder": "Clusters"}},
    "podAnnotations": {"example/note": "yes"},
    "podLabels": {"example/team": "platform"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
}
EVERY = {"least": LEAST, "open": OPEN, "bare": BARE, "tokens": TOKENS, "everything": EVERYTHING}
