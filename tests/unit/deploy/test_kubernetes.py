"""The manifests are ones Kubernetes takes, bind pods tightly, and fit the rest of the project."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from api.settings import ApiSettings
from schemas.environment import PREFIX
from schemas.message import QUEUES
from workers.settings import WorkerSettings

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "kubernetes"
Manifest = dict[str, Any]
MANIFESTS: list[Manifest] = [
    one
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for one in yaml.safe_load_all(path.read_text())
]
OF_KEDA = {"ScaledObject", "TriggerAuthentication"}
SETTINGS = {
    PREFIX + name.upper() for room in (ApiSettings, WorkerSettings) for name in room.model_fields
}


def of_kind(kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == kind}


DEPLOYMENTS = of_kind("Deployment")
WORKERS = sorted(set(DEPLOYMENTS) - {"gouji-api"})


def pod(name: str) -> Manifest:
    found: Manifest = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    return found


def container(name: str) -> Manifest:
    [found] = pod(name)["containers"]
    return dict(found)


@pytest.mark.parametrize("version", ["1.30", "1.37"])
@pytest.mark.parametrize(
    "manifest",
    [one for one in MANIFESTS if one["kind"] not in OF_KEDA],
    ids=lambda one: f"{one['kind']}-{one['metadata']['name']}",
)
def test_the_schema_of_kubernetes_is_kept(manifest: Manifest, version: str) -> None:
    try:
        kubernetes_validate.validate(manifest, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        pytest.skip(f"no schemas of {version} in this release")


def test_a_slip_of_the_pen_is_noticed() -> None:
    broken = yaml.safe_load((FOLDER / "api.yaml").read_text().split("---")[0])
    broken["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, kubernetes_validate.latest_version(), strict=True)


def test_the_kustomization_names_every_file_but_the_example() -> None:
    listed = set(yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"])
    files = {path.name for path in FOLDER.glob("*.yaml")}
    assert listed == files - {"kustomization.yaml", "secrets.example.yaml"}


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_pods_are_bound_tightly(name: str) -> None:
    of_pod, own = pod(name)["securityContext"], container(name)["securityContext"]
    assert (of_pod["runAsNonRoot"], of_pod["runAsUser"]) == (True, 10001)
    assert of_pod["seccompProfile"]["type"] == "RuntimeDefault"
    assert own["readOnlyRootFilesystem"] is True
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"]["drop"] == ["ALL"]
    assert pod(name)["automountServiceAccountToken"] is False
    resources = container(name)["resources"]
    assert {"cpu", "memory"} <= set(resources["requests"])
    assert "memory" in resources["limits"]


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_each_is_probed_and_kept_through_disruptions(name: str) -> None:
    assert {"startupProbe", "livenessProbe"} <= set(container(name))
    budget = of_kind("PodDisruptionBudget")[name]["spec"]
    labels = DEPLOYMENTS[name]["spec"]["template"]["metadata"]["labels"]
    assert budget["selector"]["matchLabels"] == labels
    assert DEPLOYMENTS[name]["spec"]["selector"]["matchLabels"] == labels


def test_the_door_is_ready_when_readyz_says_so() -> None:
    own = container("gouji-api")
    assert own["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert own["livenessProbe"]["httpGet"]["path"] == "/livez"
    [service] = of_kind("Service").values()
    labels = DEPLOYMENTS["gouji-api"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_has_time_to_end_what_it_does(name: str) -> None:
    from workers.app import celery

    grace = pod(name)["terminationGracePeriodSeconds"]
    assert grace >= celery.conf.worker_soft_shutdown_timeout + 20
    assert grace >= WorkerSettings().drain_s + 20
    assert "STOPSIGNAL SIGQUIT" in (ROOT / "deploy" / "Dockerfile.worker").read_text()


@pytest.mark.parametrize("name", WORKERS)
def test_a_probe_looks_at_the_file_the_image_has_touched(name: str) -> None:
    image = (ROOT / "deploy" / "Dockerfile.worker").read_text()
    [path] = re.findall(r"GOUJI_ALIVE_FILE=(\S+)", image)
    for probe in ("startupProbe", "livenessProbe"):
        assert path in container(name)[probe]["exec"]["command"][-1]
    [mount] = container(name)["volumeMounts"]
    assert path.startswith(mount["mountPath"])


def test_every_queue_is_taken_once() -> None:
    taken: list[str] = []
    for name in WORKERS:
        arguments = container(name)["args"]
        taken += arguments[arguments.index("--queues") + 1].split(",")
    assert sorted(taken) == sorted(QUEUES)


def test_settings_are_ones_the_rooms_know() -> None:
    [config] = of_kind("ConfigMap").values()
    [secret] = of_kind("Secret").values()
    given = set(config["data"]) | set(secret["stringData"])
    given |= {one["name"] for name in DEPLOYMENTS for one in container(name).get("env", ())}
    assert given <= SETTINGS
    assert all(isinstance(value, str) for value in config["data"].values())


def test_only_the_worker_with_webhooks_reaches_the_world() -> None:
    policies = of_kind("NetworkPolicy")
    open_to_world = [
        name
        for name, policy in policies.items()
        for rule in policy["spec"].get("egress", ())
        for target in rule.get("to", ())
        if target.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    ]
    assert open_to_world == ["gouji-webhooks"]
    chosen = policies["gouji-webhooks"]["spec"]["podSelector"]["matchLabels"]
    assert chosen["app.kubernetes.io/component"] == "webhooks"
    everything = policies["gouji-inside"]["spec"]
    assert set(everything["policyTypes"]) == {"Ingress", "Egress"}
    assert everything["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "gouji"}


def test_keda_scales_the_readers_by_what_is_queued_and_running() -> None:
    [scaled] = of_kind("ScaledObject").values()
    [keys] = of_kind("TriggerAuthentication").values()
    spec = scaled["spec"]
    assert spec["scaleTargetRef"]["name"] in DEPLOYMENTS
    assert "replicas" not in DEPLOYMENTS[spec["scaleTargetRef"]["name"]]["spec"]
    assert spec["minReplicaCount"] >= 1
    [trigger] = spec["triggers"]
    assert trigger["type"] == "postgresql"
    assert set(trigger["metadata"]) == {"query", "targetQueryValue"}
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert re.search(r"'queued', 'running'", trigger["metadata"]["query"])
    assert trigger["authenticationRef"]["name"] == keys["metadata"]["name"]
    [reference] = keys["spec"]["secretTargetRef"]
    [secret] = of_kind("Secret").values()
    assert reference["name"] == secret["metadata"]["name"]
    assert reference["key"] in secret["stringData"]


def test_enough_is_handed_out_for_all_readers() -> None:
    [scaled] = of_kind("ScaledObject").values()
    [config] = of_kind("ConfigMap").values()
    in_flight = int(config["data"]["GOUJI_JOBS_IN_FLIGHT"])
    assert in_flight >= 4 * scaled["spec"]["maxReplicaCount"]
