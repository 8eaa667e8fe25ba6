"""The manifests in docker/k8s, against Kubernetes' own schemas and against what the image and the portal promise."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import validate

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker" / "k8s"
VERSIONS = ("1.30", "1.34")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def base():
    """Every object of the base, as the files hold them."""
    listed = yaml.safe_load((FOLDER / "base" / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted(
        path.name for path in (FOLDER / "base").glob("*.yaml") if path.stem != "kustomization"
    )
    return [one for name in listed for one in yaml.safe_load_all((FOLDER / "base" / name).read_text())]


def built():
    """The objects of the example overlay, as kustomize makes them."""
    made = subprocess.run(["kubectl", "kustomize", FOLDER / "production"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return list(yaml.safe_load_all(made.stdout))


def of(kind, objects=None):
    return [one for one in objects or base() if one["kind"] == kind]


def pods():
    return [one["spec"]["template"] for kind in ("Deployment", "Job") for one in of(kind)]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_object_is_one_for_kubernetes(version):
    for one in base():
        validate(one, version, strict=True)


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl, which builds overlays, is not installed here")
def test_the_overlay_builds_and_names_host_image_and_store():
    objects = built()
    assert len(objects) == len(base())
    for one in objects:
        validate(one, VERSIONS[-1], strict=True)
        assert one["metadata"]["namespace"] == "portal"
    images = {
        pod["image"] for one in of("Deployment", objects) for pod in one["spec"]["template"]["spec"]["containers"]
    }
    assert images == {"registry.example/portal:1.0"}
    (config,), (ingress,) = of("ConfigMap", objects), of("Ingress", objects)
    assert config["data"]["PORTAL_URL"] == f"https://{ingress['spec']['rules'][0]['host']}"
    assert config["data"]["TRUSTED_PROXIES"] == "1", "what the base says stays"


def test_pods_hold_no_rights_and_write_nowhere_but_into_their_own_tmp():
    (user,) = re.findall(r"--uid (\d+)", DOCKERFILE)
    for pod in pods():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] == int(user)
        assert spec["automountServiceAccountToken"] is False
        assert [next(iter(set(volume) - {"name"})) for volume in spec["volumes"]] == ["emptyDir"]
        (container,) = spec["containers"]
        safe = container["securityContext"]
        assert safe["readOnlyRootFilesystem"] and not safe["allowPrivilegeEscalation"]
        assert safe["capabilities"] == {"drop": ["ALL"]}
        assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
        assert "memory" in container["resources"]["limits"] and "cpu" in container["resources"]["requests"]


def test_probes_ask_what_the_portal_answers():
    from django.urls import resolve

    (web,) = [one for one in of("Deployment") if one["metadata"]["name"] == "portal-web"]
    (container,) = web["spec"]["template"]["spec"]["containers"]
    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    named = {name: resolve(path).url_name for name, path in asked.items()}
    assert named == {"startup": "health_live", "liveness": "health_live", "readiness": "health_ready"}


def test_budgets_and_scaling_speak_of_pods_that_exist():
    labels = [pod["metadata"]["labels"] for pod in pods()]
    for one in of("PodDisruptionBudget"):
        assert one["spec"]["selector"]["matchLabels"] in labels
    for one in of("Service"):
        assert one["spec"]["selector"] in labels
    (scaler,) = of("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] in [one["metadata"]["name"] for one in of("Deployment")]
    assert scaler["spec"]["minReplicas"] >= 2


def test_secrets_are_named_and_lie_in_no_file():
    assert not of("Secret")
    words = (ROOT / "portal" / "settings.py").read_text()
    (config,) = of("ConfigMap")
    assert [name for name in config["data"] if f'"{name}"' not in words] == []
    for pod in pods():
        (container,) = pod["spec"]["containers"]
        assert "env" not in container
        named = [next(iter(one.values()))["name"] for one in container["envFrom"]]
        is_migration = container["command" if "command" in container else "name"][-1] == "prepare_database"
        assert named == ["portal", "portal", *(["portal-owner"] if is_migration else [])]


def test_the_compose_file_starts_as_many_as_are_asked_for():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["web"]["deploy"]["replicas"] == "${WEBS:-1}"
    assert services["worker"]["deploy"]["replicas"] == "${WORKERS:-1}"
    for name in ("web", "worker"):
        assert not {"container_name", "ports"} & set(services[name]), "several could not share one"
