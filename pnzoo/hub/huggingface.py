"""Entries on the Hugging Face hub: `pnzoo.load("hf://user/repo")` and `pnzoo.push`.

What comes from there is an entry like any other: four plain files, a class of the closed table, sizes and checksums
that the card declares. It is kept in Keras' folder by its commit, so that a commit is fetched once and can be loaded
without a network.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pnzoo.core import atomic
from pnzoo.core.metric import Metric
from pnzoo.core.schema import shown
from pnzoo.hub import cards, download
from pnzoo.hub.errors import EntryError, reading
from pnzoo.hub.files import CARD_LIMIT, CONFIG_LIMIT, parse_json, read_bytes
from pnzoo.hub.registry import CARD, CONFIG, ENTRY, README, WEIGHTS

SCHEME = "hf://"
TIMEOUT = 30  # seconds without an answer
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
_COMMIT = re.compile("[0-9a-f]{40}")
# of tasks; the others are reinforcement learning
PIPELINES = {"few-shot": "image-classification", "web": "other", "navigation": "robotics"}


class Address(NamedTuple):
    """repo: "user/name"; revision: a branch, a tag, or a commit of 40 hex digits."""

    repo: str
    revision: str = "main"


def parse(address: str) -> Address:
    """Read `hf://user/repo` or `hf://user/repo@revision`.

    Raises:
        EntryError: it is neither.

    Example:

    >>> parse("hf://ada/vin16@v1")
    Address(repo='ada/vin16', revision='v1')
    """
    match = re.fullmatch(rf"hf://({_PART}/{_PART})(?:@([\w./-]{{1,100}}))?", address, re.ASCII)
    if not match or ".." in address:
        raise EntryError(f"{shown(address)} is no address; type hf://user/repo or hf://user/repo@revision")
    return Address(match[1], match[2] or "main")


def fetch(address: str, token: str | bool | None = None) -> Path:
    """The folder of an entry on the hub, fetched unless its commit is here already.

    Args:
        address: `hf://user/repo`, or `hf://user/repo@revision`; only a commit is certain to stay what it is.
        token: of `huggingface_hub`; by default the one that `hf auth login` keeps.

    Returns:
        A folder that `load` reads. Without a network (or with HF_HUB_OFFLINE=1), the commit that was there last.

    Raises:
        ImportError: huggingface_hub is not installed.
        EntryError: no such repository or revision, no entry in it, files larger than an entry may have, or no network
            and nothing kept.
    """
    where = parse(address)
    place = download.cache_folder() / "huggingface" / where.repo.replace("/", "--")
    commit = where.revision if _COMMIT.fullmatch(where.revision) else None
    if commit and _is_complete(place / commit):
        return place / commit
    ref = place / f"{re.sub(r'[^A-Za-z0-9._-]', '_', where.revision)}.ref"
    if _is_offline():
        return _kept(place, ref, address, "HF_HUB_OFFLINE is set")
    hub = _hub()
    try:
        with _hub_errors(hub, address):
            commit, sizes = _listed(hub, where, token)
    except _NoAnswerError as error:
        return _kept(place, ref, address, str(error))
    if not _is_complete(place / commit):
        with _hub_errors(hub, address, needed=True):
            _download(hub, where.repo, commit, sizes, place, token, address)
    place.mkdir(parents=True, exist_ok=True)
    atomic.write_text(ref, commit)
    return place / commit


def push(
    model: Any,
    address: str,
    card: Mapping[str, Any] | None = None,
    *,
    private: bool | None = None,
    token: str | bool | None = None,
    message: str = "Upload with pnzoo",
) -> str:
    """Write a model, or an entry that is a folder, to the hub; the repository is made if there is none.

    Args:
        model: a model as `save` takes it, the name of an entry, or the path of a folder.
        address: `hf://user/repo`, or `hf://user/repo@branch`.
        card: of a model, as `save` takes it.
        private: whether a new repository is private.
        token: of `huggingface_hub`; by default the one that `hf auth login` keeps.
        message: of the commit.

    Returns:
        The address with the commit, `hf://user/repo@0123...`, which stays what it is.

    Raises:
        ImportError: huggingface_hub is not installed.
        EntryError: what is pushed is no entry, or the hub refuses it.
        ValueError: a card beside a folder, which has one.

    Example:

    ```python
    pnzoo.push(model, "hf://ada/my_vin", {"summary": "Fine-tuned on my maps."})
    ```
    """
    where, hub = parse(address), _hub()
    with tempfile.TemporaryDirectory() as scratch:
        folder = _as_folder(model, card, Path(scratch) / where.repo.partition("/")[2])
        written = cards.read(folder / CARD)
        text = front_matter(written) + cards.readme(written).replace(f'load("{written["name"]}")', f'load("{address}")')
        (folder / README).write_text(text, encoding="utf-8")
        with _hub_errors(hub, address, needed=True):
            api = hub.HfApi(endpoint=_endpoint(), token=token, library_name="pnzoo")
            api.create_repo(where.repo, private=private, exist_ok=True)
            commit = api.upload_folder(
                repo_id=where.repo, folder_path=folder, commit_message=message, revision=where.revision,
                allow_patterns=sorted(ENTRY),
            )  # fmt: skip
    return f"{SCHEME}{where.repo}@{commit.oid}"


def front_matter(card: Mapping[str, Any]) -> str:
    """The head of a model card on the hub: YAML between two lines of dashes, made from a card.

    Example:

    >>> print(front_matter({"name": "vin", "task": "planning", "model": "VIN"}).splitlines()[1])
    library_name: "pnzoo"
    """
    pipeline = PIPELINES.get(card["task"], "reinforcement-learning")
    if card["task"] == "few-shot" and "entence" in card["model"]:
        pipeline = "text-classification"
    idea = "matching-networks" if card["task"] == "few-shot" else "value-iteration-networks"
    fields = {
        "library_name": "pnzoo",
        "pipeline_tag": pipeline,
        "tags": ["pnzoo", "keras", idea],
        "license": "mit",
        "metrics": sorted({metric["name"] for metric in card.get("metrics", [])}),
        "model-index": [{"name": card["name"], "results": [_result(m, pipeline) for m in card.get("metrics", [])]}],
    }
    # JSON is YAML
    return "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in fields.items() if value) + "---\n\n"


def _result(fields, pipeline):
    metric = Metric.from_dict(fields)
    return {
        "task": {"type": pipeline},
        "dataset": {"name": metric.where(), "type": (metric.dataset or {}).get("kind", "other")},
        "metrics": [{"type": metric.name, "value": metric.value, "name": metric.title()}],
    }


def _as_folder(model, card, place):
    """A copy of an entry's files that may be changed."""
    from pnzoo.hub import loading, registry, saving

    if isinstance(model, str | PathLike):
        if card is not None:
            raise ValueError(f"{model} has a card of its own; pnzoo.hub.update_card changes it")
        source = registry.find(model)
        with reading(source):
            entry, _, weights = loading._read(source, weights=True)
            config = read_bytes(source / CONFIG, CONFIG_LIMIT)
        place.mkdir()
        for name, data in ((CONFIG, config), (WEIGHTS, weights), (CARD, atomic.to_json(entry, CARD).encode())):
            (place / name).write_bytes(data)
        return place
    return saving.save(model, place, card)


# -- what the hub says ------------------------------------------------------------------------------------


def _listed(hub, where, token):
    """The commit of a revision, and the sizes of its files."""
    api = hub.HfApi(endpoint=_endpoint(), token=token, library_name="pnzoo")
    info = api.model_info(where.repo, revision=where.revision, files_metadata=True, timeout=TIMEOUT)
    return info.sha, {file.rfilename: file.size for file in info.siblings or []}


def _download(hub, repo, commit, sizes, place, token, address):
    """Card first, then what it declares; the folder appears whole or not at all."""
    if missing := [name for name in (CARD, CONFIG, WEIGHTS) if name not in sizes]:
        raise EntryError(f"{address} holds no {' and no '.join(missing)}: it is no entry that pnzoo.push wrote")
    place.mkdir(parents=True, exist_ok=True)
    new = atomic.temporary(place / commit)
    try:
        limits = {CARD: CARD_LIMIT, CONFIG: CONFIG_LIMIT}
        for name in (CARD, CONFIG, WEIGHTS):
            if name == WEIGHTS:
                limits[WEIGHTS] = _weights_limit(new / CARD)
            if sizes[name] is None or sizes[name] > limits[name]:
                raise EntryError(f"{address}: {name} has {sizes[name]} bytes, at most {limits[name]:,} belong there")
            hub.hf_hub_download(repo, name, revision=commit, local_dir=new, token=token, endpoint=_endpoint(),
                                library_name="pnzoo")  # fmt: skip
        atomic.remove(new / ".cache")
        try:
            new.rename(place / commit)
        except OSError:
            if not _is_complete(place / commit):  # another process was faster
                raise
    finally:
        atomic.remove(new)


def _weights_limit(file):
    from pnzoo.hub.loading import weights_limit

    cards.check(parse_json(file, read_bytes(file, CARD_LIMIT)))
    return weights_limit(cards.read(file)["parameters"])


class _NoAnswerError(Exception):
    """The hub cannot be reached."""


class _hub_errors:
    """Turn what huggingface_hub raises into an `EntryError` of one line; no token is in it."""

    def __init__(self, hub, address, needed=False):
        self.hub, self.address, self.needed = hub, address, needed

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None or isinstance(error, EntryError | ImportError) or not isinstance(error, Exception):
            return False
        errors = self.hub.errors
        if isinstance(error, errors.RevisionNotFoundError):
            raise EntryError(f"{self.address}: there is no such revision") from None
        if isinstance(error, errors.RepositoryNotFoundError | errors.GatedRepoError):
            raise EntryError(
                f"{self.address}: no such repository, or it is private or gated; type `hf auth login` if it is yours"
            ) from None
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status is not None:
            why = {401: "it wants a token: type `hf auth login`", 403: "your token may not do this"}.get(status)
            raise EntryError(f"{self.address}: the hub answers {status}{f', {why}' if why else ''}") from None
        if isinstance(error, OSError) and getattr(error, "errno", None) == 28:
            return False  # the disk is full
        if self.needed:
            raise EntryError(f"{self.address}: the hub cannot be reached ({type(error).__name__})") from None
        raise _NoAnswerError(type(error).__name__) from None


def _kept(place, ref, address, why):
    """The commit that a revision was when it was fetched last."""
    try:
        commit = ref.read_text().strip()
    except OSError:
        commit = ""
    if _COMMIT.fullmatch(commit) and _is_complete(place / commit):
        return place / commit
    raise EntryError(f"{address} cannot be reached ({why}), and no copy of it is kept here")


def _is_complete(folder):
    return all((folder / name).is_file() for name in (CARD, CONFIG, WEIGHTS))


def _is_offline():
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def _endpoint():
    return os.environ.get("HF_ENDPOINT") or None


def _hub():
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError("hf:// addresses need huggingface_hub. Type: pip install 'pnzoo[hub]'") from error
    return huggingface_hub
