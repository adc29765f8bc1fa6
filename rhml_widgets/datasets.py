"""Labeled texts to try things on: one synthetic set, bundled, and two real ones, fetched.

`load_messages` needs nothing but this package; its messages are synthetic. `fetch_cti_posts` and
`fetch_banking77` return published data, looked for in this order:

1. the folder named by the environment variable ``RHML_DATA``,
2. the cache, ``RHML_CACHE`` or else ``~/.cache/rhml_widgets``,
3. the publisher's repository, at one fixed commit; what arrives is kept in the cache.

Wherever a file comes from, its SHA-256 digest must be the expected one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from http.client import HTTPException
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.error import HTTPError
from urllib.request import urlopen

from rhml_widgets.exceptions import BadInputError, DatasetUnavailableError, warn

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fetch_banking77", "fetch_cti_posts", "load_messages"]

_BASE_URL = "https://raw.githubusercontent.com"
_TIMEOUT = 30.0


@dataclass(frozen=True)
class _Published:
    """A published file: where it is (below `_BASE_URL`) and its SHA-256 digest."""

    location: str
    sha256: str


_BANKING77 = (
    "PolyAI-LDN/task-specific-datasets/57ec275d8078af65b7731c2a98be812d844a6d6b/banking_data"
)
_PUBLISHED = {
    "cti_ann.csv": _Published(
        "bigbases/CTI-ANN/d68ba901/datasets/X-Annotated-Dataset.csv",
        "82232b568cdb27d32ac1a44f7fc4d17654363b90607fe450bcd5ddf0eaffe445",
    ),
    "banking77_train.csv": _Published(
        f"{_BANKING77}/train.csv",
        "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b",
    ),
    "banking77_test.csv": _Published(
        f"{_BANKING77}/test.csv",
        "d12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d",
    ),
}


def load_messages() -> pd.DataFrame:
    """Load 312 synthetic help-desk messages, written for this package: no real person sent them.

    They are about a web app for notes, boards and calendars, and belong to three topics:

    - ``billing``: money, plans, invoices, seats that are paid for, even when asked as "how do I";
    - ``bug``: the app does something wrong, on a payment page too;
    - ``how-to``: the app works, and the sender wants to know how to use it.

    Some are hard on purpose: their words point to another topic. Use them for a first try, tests
    and demonstrations; a score on them says nothing about real messages.

    Returns
    -------
    DataFrame of shape (312, 2)
        Columns ``text`` and ``topic``, in a fixed shuffled order. ``attrs["synthetic"]`` is True
        and ``attrs["source"]`` says where the messages come from.

    Examples
    --------
    >>> from rhml_widgets.datasets import load_messages
    >>> messages = load_messages()
    >>> messages["topic"].value_counts().to_dict()
    {'bug': 137, 'billing': 94, 'how-to': 81}
    >>> messages.attrs["synthetic"]
    True
    """
    frame = _read_csv((files("rhml_widgets") / "messages.csv").read_bytes())
    frame.attrs["source"] = "synthetic help-desk messages, written for rhml_widgets"
    frame.attrs["synthetic"] = True
    return frame


def fetch_cti_posts() -> pd.DataFrame:
    """Fetch CTI-ANN: short posts, labeled by whether they hold cyber-threat intelligence.

    Published by bigbases/CTI-ANN under CC BY 4.0. About one post in seven is positive.

    Returns
    -------
    DataFrame of shape (2497, 3)
        Columns ``text``, ``label`` (``CTI-Positive`` or ``CTI-Negative``) and ``post_id``, a str:
        as a float it would lose its last digits. The three posts without text are left out.
        ``attrs["source"]`` is the address of the published file.

    Raises
    ------
    DatasetUnavailableError
        The file is neither here nor within reach, or is not the published one.

    Examples
    --------
    >>> from rhml_widgets.datasets import fetch_cti_posts
    >>> fetch_cti_posts()["label"].value_counts().to_dict()  # doctest: +SKIP
    {'CTI-Negative': 2132, 'CTI-Positive': 365}
    """
    name = "cti_ann.csv"
    published = _read_csv(_fetch(name)).rename(columns={"summary": "text", "ID": "post_id"})
    has_text = published["text"].str.strip() != ""
    frame = published.loc[has_text, ["text", "label", "post_id"]].reset_index(drop=True)
    frame.attrs["source"] = _url(name)
    frame.attrs["synthetic"] = False
    return frame


def fetch_banking77(subset: Literal["train", "test", "all"] = "train") -> pd.DataFrame:
    """Fetch BANKING77: questions of bank customers, labeled with 77 intents.

    Published by PolyAI-LDN/task-specific-datasets under CC BY 4.0 (Casanueva et al. 2020).

    Parameters
    ----------
    subset : {"train", "test", "all"}, default "train"
        Which of the published files; "all" is the training rows followed by the test rows.

    Returns
    -------
    DataFrame of shape (10003, 2), (3080, 2) or (13083, 2)
        Columns ``text`` and ``label``. ``attrs["source"]`` is the address of the published file, or
        both addresses with a space between them.

    Raises
    ------
    BadInputError
        `subset` is none of the three.
    DatasetUnavailableError
        A file is neither here nor within reach, or is not the published one.

    Examples
    --------
    >>> from rhml_widgets.datasets import fetch_banking77
    >>> fetch_banking77("test").shape  # doctest: +SKIP
    (3080, 2)
    """
    import pandas as pd

    parts = {"train": ["train"], "test": ["test"], "all": ["train", "test"]}.get(subset)
    if parts is None:
        message = f"subset must be 'train', 'test' or 'all', not {subset!r}"
        raise BadInputError(message)
    names = [f"banking77_{part}.csv" for part in parts]
    frame = pd.concat([_read_csv(_fetch(name)) for name in names], ignore_index=True)
    frame = frame.rename(columns={"category": "label"})[["text", "label"]]
    frame.attrs["source"] = " ".join(_url(name) for name in names)
    frame.attrs["synthetic"] = False
    return frame


def _read_csv(content: bytes) -> pd.DataFrame:
    import pandas as pd

    # Texts such as "null" or "NA" are texts, and long post ids are not numbers.
    return pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8")


def _url(name: str) -> str:
    return f"{_BASE_URL}/{_PUBLISHED[name].location}"


def _named_folder(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(value).expanduser() if value else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fetch(name: str) -> bytes:
    """Return the published bytes of the file `name` from the nearest place that holds it."""
    folder = _named_folder("RHML_DATA")
    if folder is not None:
        content = _from_folder(folder, name)
        if content is not None:
            return content
    cache = _named_folder("RHML_CACHE") or Path("~/.cache/rhml_widgets").expanduser()
    content = _from_cache(cache, name)
    if content is None:
        content = _download(name, folder)
        _keep(cache, name, content)
    return content


def _from_folder(folder: Path, name: str) -> bytes | None:
    path = folder / name
    remedy = f"Replace it with {_url(name)}, or unset RHML_DATA to download that."
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"RHML_DATA names {folder}, but {path} cannot be read: {error}. {remedy}"
        raise DatasetUnavailableError(message) from error
    expected, found = _PUBLISHED[name].sha256, _digest(content)
    if found != expected:
        message = (
            f"{path} is not the published file: expected SHA-256 {expected}, found {found}. "
            f"{remedy}"
        )
        raise DatasetUnavailableError(message)
    return content


def _from_cache(cache: Path, name: str) -> bytes | None:
    # Nobody looks after a cache: whatever is wrong with it, a download mends it.
    try:
        content = (cache / name).read_bytes()
    except OSError:
        return None
    return content if _digest(content) == _PUBLISHED[name].sha256 else None


def _download(name: str, folder: Path | None) -> bytes:
    url, expected = _url(name), _PUBLISHED[name].sha256
    where = "RHML_DATA is not set" if folder is None else f"RHML_DATA names {folder}, without it"
    remedy = (
        f"Remedy: get {name} from that address where there is a network, put it into a folder "
        f"under this name, and set RHML_DATA to the folder ({where})."
    )
    try:
        with urlopen(url, timeout=_TIMEOUT) as response:  # noqa: S310 - https, from the table above
            content: bytes = response.read()
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            # The exception owns the connection and warns if it is left to the garbage collector.
            error.close()
        message = (
            f"{name} could not be downloaded from {url} ({error}); expected a file with SHA-256 "
            f"{expected}. {remedy}"
        )
        raise DatasetUnavailableError(message) from error
    found = _digest(content)
    if found != expected:
        message = (
            f"{url} did not return the published file: expected SHA-256 {expected}, found {found} "
            f"({len(content)} bytes). It was not kept. {remedy}"
        )
        raise DatasetUnavailableError(message)
    return content


def _keep(cache: Path, name: str, content: bytes) -> None:
    # Another process may read or write the same name: the file appears whole or not at all.
    temporary: Path | None = None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache, prefix=f"{name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.replace(cache / name)
    except OSError as error:
        # The caller has what was asked for; only the next call pays again.
        message = (
            f"{name} was downloaded but could not be kept in {cache} ({error}); set RHML_CACHE"
        )
        warn(message)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
