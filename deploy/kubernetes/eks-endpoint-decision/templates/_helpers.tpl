{{- define "decision.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "decision.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "decision.labels" -}}
{{ include "decision.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "decision.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}{{ end }}
{{- end }}

{{/* The restricted level of the Pod Security Standards, and a root file system that nobody writes on. */}}
{{- define "decision.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "decision.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* Says what is missing before anything is made; the service would refuse to start with the same words. */}}
{{- define "decision.check" -}}
{{- with .Values }}
{{- if and .access.none .access.keysSecret }}
{{- fail "access.none lets everybody in, yet there are keys: choose one of them" }}
{{- end }}
{{- if not (or .access.none .access.keysSecret .settings.JWT_ISSUER) }}
{{- fail "nothing says who may call: set access.keysSecret, settings.JWT_ISSUER, or access.none if whatever stands in front asks" }}
{{- end }}
{{- if and (ne .record.mode "off") (not .record.urlSecret) }}
{{- fail "nothing says where decisions are kept: set record.urlSecret, or record.mode=off" }}
{{- end }}
{{- if and .serviceMonitor.enabled (ne .access.metrics "open") (not .access.none) (not .serviceMonitor.keySecret) }}
{{- fail "Prometheus needs a key with the scope read: set serviceMonitor.keySecret, or access.metrics=open" }}
{{- end }}
{{- end }}
{{- end }}
