"""Validates what Kustomize and Helm render against the schemas of each supported Kubernetes.

    pip install kubernetes-validate && python k8s/validate.py

Wants kubectl; helm where it is installed. Custom resources (KEDA, Prometheus) have no schema there and are left out.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml

VERSIONS = ("1.29", "1.30", "1.31", "1.32", "1.33", "1.34")
CUSTOM = ("keda.sh", "monitoring.coreos.com")
K8S = Path(__file__).resolve().parent


def rendered():
    """The objects of each overlay, and of the chart."""
    commands = {name: ["kubectl", "kustomize", K8S / "overlays" / name] for name in ("dev", "production", "trainings")}
    if shutil.which("helm"):
        commands["chart"] = ["helm", "template", "connectome", K8S / "helm" / "connectome", "--namespace=connectome"]
    else:
        print("helm is not installed: the chart is not validated")
    for name, command in commands.items():
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for thing in yaml.safe_load_all(text):
            if thing and thing["apiVersion"].split("/")[0] not in CUSTOM:
                yield name, thing


def main():
    valid = 0
    wrong = []
    for name, thing in list(rendered()):
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
                valid += 1
            except kubernetes_validate.ValidationError as error:
                place = f"{name}: {thing['kind']}/{thing['metadata']['name']}"
                wrong.append(f"{place} with Kubernetes {version}: {error}")
    print("\n".join([*wrong, f"{valid} valid, {len(wrong)} not"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
