{{/* The objects of a file of the Kustomize base, each adapted to the values and printed. */}}
{{- define "connectome.file" -}}
{{- $root := .root -}}
{{- $namespace := .namespace -}}
{{- $text := $root.Files.Get .file -}}
{{- if not $text -}}{{- fail (printf "%s is not in the chart" .file) -}}{{- end -}}
{{- range $document := splitList "\n---\n" $text -}}
{{- $object := fromYaml $document -}}
{{- $_ := set $object.metadata "namespace" $namespace -}}
{{- if eq $object.kind "Namespace" -}}
{{- $_ := unset $object.metadata "namespace" -}}
{{- $_ := set $object.metadata "name" $namespace -}}
{{- end -}}
{{- include "connectome.adapt" (dict "object" $object "root" $root "tenant" $.tenant) -}}
{{- if $.labelled -}}
{{- $_ := set $object.metadata "labels" (merge (dict "app.kubernetes.io/part-of" "connectome") (default (dict) $object.metadata.labels)) -}}
{{- end }}
---
{{ toYaml $object }}
{{- end -}}
{{- end -}}

{{/* Changes an object in place; prints nothing. */}}
{{- define "connectome.adapt" -}}
{{- $object := .object -}}
{{- $values := .root.Values -}}
{{- $id := printf "%s/%s" $object.kind $object.metadata.name -}}
{{- $tag := default .root.Chart.AppVersion $values.images.tag -}}
{{- if eq $id "ConfigMap/connectome-config" -}}
{{- $_ := set $object.data "CONNECTOME_KAFKA_BOOTSTRAP_SERVERS" $values.kafka.bootstrapServers -}}
{{- $_ := set $object.data "CONNECTOME_KAFKA_PROPERTIES_FILE" "/etc/connectome/kafka/client.properties" -}}
{{- else if eq $id "ConfigMap/controller-config" -}}
{{- $_ := set $object.data "QUARKUS_DATASOURCE_JDBC_URL" $values.database.url -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_CONTROLLER_ENDPOINT" (printf "controller.%s.svc:9400" .root.Release.Namespace) -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_CONTROLLER_URL" (printf "http://controller.%s.svc:9480" .root.Release.Namespace) -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_NAMESPACE" (first $values.trainings).name -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_IMAGE" (default (printf "%s/trainer-service:%s" $values.images.repository $tag) $values.images.trainer) -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_KAFKA_SECRET" "connectome-kafka-trainer" -}}
{{- $_ := set $object.data "CONNECTOME_LAUNCH_KUBERNETES_CHECKPOINT_CLAIM" "checkpoints" -}}
{{- range $name, $value := $values.controller.environment }}{{- $_ := set $object.data $name (toString $value) -}}{{- end -}}
{{- else if eq $id "ConfigMap/connectome-service-config" -}}
{{- $_ := set $object.data "CONNECTOME_KAFKA_PARTITIONS" (toString $values.kafka.partitions) -}}
{{- $_ := set $object.data "CONNECTOME_KAFKA_REPLICATION_FACTOR" (toString $values.kafka.replicationFactor) -}}
{{- $_ := set $object.data "CONNECTOME_STREAMS_STANDBY_REPLICAS" (toString $values.connectome.standbyReplicas) -}}
{{- else if eq $id "ConfigMap/job-template" -}}
{{- $_ := set $object.data "job.yaml" (printf "%s\n" (toYaml $values.jobTemplate)) -}}
{{- else if eq $id "ConfigMap/runtimes" -}}
{{- range $name, $job := $values.runtimes }}{{- $_ := set $object.data (printf "%s.yaml" $name) (printf "%s\n" (toYaml $job)) -}}{{- end -}}
{{- else if eq $id "ConfigMap/controller-settings" -}}
{{- $lines := list -}}
{{- range $tenant := rest $values.trainings }}{{- $lines = append $lines (printf "connectome.launch.kubernetes.namespaces.%s.allow.commands=false" $tenant.name) -}}{{- end -}}
{{- range $name, $value := $values.controller.settings }}{{- $lines = append $lines (printf "%s=%v" $name $value) -}}{{- end -}}
{{- $_ := set $object.data "controller.properties" (join "\n" $lines) -}}
{{- else if eq $id "Deployment/controller" -}}
{{- $_ := set $object.spec "replicas" $values.controller.replicas -}}
{{- $_ := set $object.spec "strategy" (dict "rollingUpdate" (dict "maxSurge" 1 "maxUnavailable" 0)) -}}
{{- include "connectome.pod" (dict "pod" $object.spec.template.spec "image" (printf "%s/controller-service:%s" $values.images.repository $tag) "resources" $values.controller.resources "kafka" "connectome-kafka-controller") -}}
{{- $container := first $object.spec.template.spec.containers -}}
{{- $_ := set $container "volumeMounts" (append $container.volumeMounts (dict "name" "postgres" "mountPath" "/etc/connectome/postgres" "readOnly" true)) -}}
{{- $_ := set $object.spec.template.spec "volumes" (append $object.spec.template.spec.volumes (dict "name" "postgres" "secret" (dict "secretName" "connectome-postgres" "items" (list (dict "key" "ca.crt" "path" "ca.crt"))))) -}}
{{- else if eq $id "StatefulSet/connectome" -}}
{{- if $values.autoscaling.enabled -}}
{{- $_ := unset $object.spec "replicas" -}}
{{- else -}}
{{- $_ := set $object.spec "replicas" $values.connectome.replicas -}}
{{- end -}}
{{- include "connectome.pod" (dict "pod" $object.spec.template.spec "image" (printf "%s/connectome-service:%s" $values.images.repository $tag) "resources" $values.connectome.resources "kafka" "connectome-kafka-service") -}}
{{- $_ := set (first $object.spec.volumeClaimTemplates).spec.resources.requests "storage" $values.connectome.storage -}}
{{- else if eq $id "ScaledObject/connectome" -}}
{{- $_ := set $object.spec "minReplicaCount" $values.autoscaling.minReplicas -}}
{{- $_ := set $object.spec "maxReplicaCount" $values.autoscaling.maxReplicas -}}
{{- range $object.spec.triggers }}{{- $_ := set .metadata "bootstrapServers" $values.kafka.bootstrapServers -}}{{- end -}}
{{- else if eq $id "NetworkPolicy/kafka-clients" -}}
{{- $_ := set $object.spec "egress" (list (dict "ports" (list (dict "port" $values.kafka.port)))) -}}
{{- else if eq $id "NetworkPolicy/postgres-clients" -}}
{{- $_ := set $object.spec "egress" (list (dict "ports" (list (dict "port" $values.database.port)))) -}}
{{- else if eq $id "NetworkPolicy/trainer" -}}
{{- range (concat $object.spec.ingress $object.spec.egress) }}{{- range (concat (default (list) (index . "from")) (default (list) (index . "to"))) -}}
{{- $_ := set .namespaceSelector.matchLabels "kubernetes.io/metadata.name" $.root.Release.Namespace -}}
{{- end }}{{- end -}}
{{- else if eq $id "RoleBinding/controller" -}}
{{- range $object.subjects }}{{- $_ := set . "namespace" $.root.Release.Namespace -}}{{- end -}}
{{- else if eq $id "PersistentVolumeClaim/checkpoints" -}}
{{- $_ := set $object.spec.resources.requests "storage" .tenant.checkpoints.size -}}
{{- if .tenant.checkpoints.storageClass }}{{- $_ := set $object.spec "storageClassName" .tenant.checkpoints.storageClass -}}{{- end -}}
{{- else if eq $object.kind "ResourceQuota" -}}
{{- $_ := set $object.spec "hard" .tenant.quota -}}
{{- end -}}
{{- end -}}

{{/* A pod of the platform's own: its image, its resources and its Kafka user. */}}
{{- define "connectome.pod" -}}
{{- $container := first .pod.containers -}}
{{- $_ := set $container "image" .image -}}
{{- $_ := set $container "resources" (mergeOverwrite $container.resources (deepCopy .resources)) -}}
{{- $_ := set $container "volumeMounts" (append $container.volumeMounts (dict "name" "kafka" "mountPath" "/etc/connectome/kafka" "readOnly" true)) -}}
{{- $_ := set .pod "volumes" (append .pod.volumes (dict "name" "kafka" "secret" (dict "secretName" .kafka))) -}}
{{- end -}}
