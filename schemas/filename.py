"""Names of files as strangers give them, and what may be made of them; pure."""

from pathlib import PurePosixPath

_MOST_CHARACTERS = 255
_MOST_OF_PATH = 1000
_MOST_BYTES = 200
"""Of a folder's name: file systems allow 255, and a number or an id may follow."""
_RESERVED = frozenset('<>:"|?*')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}
)
"""What Windows takes for a device, whatever ending follows."""
_LEFT_BY_SYSTEMS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def plain_name(filename: str) -> str:
    """Return the last part of a file name, without characters that are not seen, not too long."""
    last = PurePosixPath(filename.replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable())
    return "document" if not shown.strip(". ") else shown[-_MOST_CHARACTERS:]


def plain_path(filename: str) -> str:
    """Return a file's plain name with the folders it was handed in with: they tell equal ones."""
    folders = PurePosixPath(filename.replace("\\", "/")).parts[:-1]
    named = [plain_name(folder) for folder in folders if folder.strip("/.: ")]
    path = "/".join([*named, plain_name(filename)])
    return path[-_MOST_OF_PATH:].lstrip("/")


def is_left_by_systems(name: str) -> bool:
    """Say whether a file is what file managers and Word leave in folders: nobody means it."""
    parts = name.replace("\\", "/").split("/")
    last = parts[-1].lower()
    return "__MACOSX" in parts or last in _LEFT_BY_SYSTEMS or last.startswith(("._", "~$"))


def folder_name(filename: str) -> str:
    """Return a name for the folder of what came of a file: its stem, fit for any file system.

    Two files may have one name; who makes the folder tells them apart.
    """
    stem = PurePosixPath(plain_name(filename)).stem
    safe = "".join("_" if character in _RESERVED else character for character in stem)
    short = safe.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip(". ")
    if not short:
        return "document"
    return f"_{short}" if short.partition(".")[0].strip().lower() in _DEVICES else short
