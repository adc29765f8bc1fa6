"""The bundled messages are as promised; the fetched sets come whole, checked, or not at all."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from typing import TYPE_CHECKING, NoReturn
from urllib.error import URLError

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from rhml_widgets import datasets
from rhml_widgets.exceptions import BadInputError, DatasetUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

CONTENT = {
    "cti_ann.csv": b"summary,ID,label\n"
    b"new loader seen in the wild,731636917079432960,CTI-Positive\n"
    b",715891260377211008,CTI-Negative\n"
    b"null,763105833214545921,CTI-Negative\n"
    b'"  ",761993008858423040,CTI-Negative\n',
    "banking77_train.csv": b'text,category\r\n"Where is it, my card?",card_arrival\r\n',
    "banking77_test.csv": b"text,category\r\nNA,age_limit\r\n",
}


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand small files in for the published ones, keep to `tmp_path`, and forbid the network."""
    for name, content in CONTENT.items():
        published = datasets._Published(f"owner/repo/commit/{name}", _sha256(content))
        monkeypatch.setitem(datasets._PUBLISHED, name, published)
    monkeypatch.delenv("RHML_DATA", raising=False)
    monkeypatch.setenv("RHML_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(datasets, "_BASE_URL", "https://files.invalid")


class Publisher(ThreadingHTTPServer):
    """A server on this machine that holds `content` and counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content = dict(CONTENT)
        self.requested: list[str] = []
        self.promised_extra = 0


class _Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        name = self.path.removeprefix("/owner/repo/commit/")
        if name not in self.server.content:
            self.send_error(404)
            return
        content = self.server.content[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + self.server.promised_extra))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the test output clean."""


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("no_proxy", "*")
        monkeypatch.setattr(datasets, "_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_url: str, *, timeout: float) -> NoReturn:
        assert timeout > 0
        reason = "no route to host"
        raise URLError(reason)

    monkeypatch.setattr(datasets, "urlopen", refuse)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


# --- the bundled messages ---


@pytest.fixture(scope="module")
def messages() -> pd.DataFrame:
    return datasets.load_messages()


def test_messages_have_the_promised_size_and_classes(messages: pd.DataFrame) -> None:
    assert list(messages.columns) == ["text", "topic"]
    assert len(messages) == 312
    shares = messages["topic"].value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx(
        {"bug": 0.45, "billing": 0.30, "how-to": 0.25}, abs=0.02
    )


def test_messages_say_that_they_are_synthetic(messages: pd.DataFrame) -> None:
    assert messages.attrs["synthetic"] is True
    assert "synthetic" in messages.attrs["source"]
    first_line = (datasets.load_messages.__doc__ or "").splitlines()[0]
    assert "synthetic" in first_line
    assert "written for this package" in first_line


def test_messages_are_short_and_none_is_empty(messages: pd.DataFrame) -> None:
    n_words = [len(text.split()) for text in messages["text"]]
    assert min(n_words) >= 6
    assert max(n_words) <= 60
    assert (messages["text"] == messages["text"].str.strip()).all()


def test_messages_are_shuffled(messages: pd.DataFrame) -> None:
    # A pool sorted by class would make "the first forty rows" a one-class sample.
    assert messages["topic"].head(20).nunique() == 3
    assert max(len(list(run)) for _, run in groupby(messages["topic"])) <= 12


def test_messages_are_neither_trivial_nor_hopeless(messages: pd.DataFrame) -> None:
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)
    )
    accuracy = cross_val_score(
        model, messages["text"], messages["topic"], cv=StratifiedKFold(5)
    ).mean()
    assert 0.75 <= accuracy <= 0.92


def test_messages_hold_hardly_any_near_duplicates(messages: pd.DataFrame) -> None:
    weights = TfidfVectorizer().fit_transform(messages["text"])
    cosines = (weights @ weights.T).toarray()
    np.fill_diagonal(cosines, 0.0)
    assert (cosines.max(axis=1) >= 0.8).mean() < 0.01


def test_messages_hold_no_address_of_anyone(messages: pd.DataFrame) -> None:
    assert not messages["text"].str.contains(r"@|https?:|www\.").any()


def test_each_load_is_a_frame_of_its_own(messages: pd.DataFrame) -> None:
    other = datasets.load_messages()
    other.loc[0, "text"] = "changed"
    assert datasets.load_messages().equals(messages)


def test_import_loads_neither_pandas_nor_scikit_learn() -> None:
    code = (
        "import sys, rhml_widgets.datasets; "
        "sys.exit(bool({'pandas', 'numpy', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the fetched sets: a folder of one's own ---


@pytest.mark.usefixtures("offline")
def test_cti_posts_are_read_from_the_named_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _put(tmp_path / "own", "cti_ann.csv", CONTENT["cti_ann.csv"])
    monkeypatch.setenv("RHML_DATA", str(tmp_path / "own"))
    frame = datasets.fetch_cti_posts()
    assert frame.to_dict("list") == {
        "text": ["new loader seen in the wild", "null"],
        "label": ["CTI-Positive", "CTI-Negative"],
        "post_id": ["731636917079432960", "763105833214545921"],
    }
    assert list(frame.index) == [0, 1]
    assert frame.attrs["synthetic"] is False
    assert frame.attrs["source"] == "https://files.invalid/owner/repo/commit/cti_ann.csv"
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("subset", "texts", "labels"),
    [
        ("train", ["Where is it, my card?"], ["card_arrival"]),
        ("test", ["NA"], ["age_limit"]),
        ("all", ["Where is it, my card?", "NA"], ["card_arrival", "age_limit"]),
    ],
)
def test_banking77_is_read_from_the_named_folder(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    subset: str,
    texts: list[str],
    labels: list[str],
) -> None:
    for name in ("banking77_train.csv", "banking77_test.csv"):
        _put(tmp_path / "own", name, CONTENT[name])
    monkeypatch.setenv("RHML_DATA", str(tmp_path / "own"))
    frame = datasets.fetch_banking77(subset)  # type: ignore[arg-type]
    assert frame.to_dict("list") == {"text": texts, "label": labels}
    assert list(frame.index) == list(range(len(texts)))
    assert len(frame.attrs["source"].split()) == len(texts)


def test_banking77_refuses_another_subset() -> None:
    with pytest.raises(BadInputError, match="'train', 'test' or 'all', not 'dev'"):
        datasets.fetch_banking77("dev")  # type: ignore[arg-type]


@pytest.mark.usefixtures("offline")
def test_a_changed_file_in_the_named_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = CONTENT["cti_ann.csv"] + b"one row more,1,CTI-Negative\n"
    path = _put(tmp_path / "own", "cti_ann.csv", changed)
    monkeypatch.setenv("RHML_DATA", str(tmp_path / "own"))
    with pytest.raises(DatasetUnavailableError) as caught:
        datasets.fetch_cti_posts()
    message = str(caught.value)
    assert str(path) in message
    assert f"expected SHA-256 {_sha256(CONTENT['cti_ann.csv'])}" in message
    assert f"found {_sha256(changed)}" in message
    assert "Replace it with https://files.invalid/" in message
    assert path.read_bytes() == changed


def test_something_unreadable_in_the_named_folder_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "own" / "cti_ann.csv").mkdir(parents=True)
    monkeypatch.setenv("RHML_DATA", str(tmp_path / "own"))
    with pytest.raises(DatasetUnavailableError, match=r"cti_ann\.csv cannot be read"):
        datasets.fetch_cti_posts()


# --- the fetched sets: the network and the cache ---


def test_a_download_is_kept_whole_and_used_again(publisher: Publisher, tmp_path: Path) -> None:
    first = datasets.fetch_cti_posts()
    second = datasets.fetch_cti_posts()
    assert first.equals(second)
    assert publisher.requested == ["/owner/repo/commit/cti_ann.csv"]
    kept = list((tmp_path / "cache").iterdir())
    assert [path.name for path in kept] == ["cti_ann.csv"]
    assert kept[0].read_bytes() == CONTENT["cti_ann.csv"]


def test_a_folder_without_the_file_leads_to_the_download(
    monkeypatch: pytest.MonkeyPatch, publisher: Publisher, tmp_path: Path
) -> None:
    monkeypatch.setenv("RHML_DATA", str(tmp_path / "nowhere"))
    assert len(datasets.fetch_banking77("test")) == 1
    assert publisher.requested == ["/owner/repo/commit/banking77_test.csv"]


def test_the_cache_is_below_the_home_folder_by_default(
    monkeypatch: pytest.MonkeyPatch, publisher: Publisher, tmp_path: Path
) -> None:
    monkeypatch.delenv("RHML_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    datasets.fetch_banking77("test")
    assert publisher.requested
    assert (tmp_path / ".cache" / "rhml_widgets" / "banking77_test.csv").is_file()


def test_a_damaged_cache_is_mended(publisher: Publisher, tmp_path: Path) -> None:
    path = _put(tmp_path / "cache", "cti_ann.csv", b"half a fi")
    assert len(datasets.fetch_cti_posts()) == 2
    assert len(publisher.requested) == 1
    assert path.read_bytes() == CONTENT["cti_ann.csv"]


@pytest.mark.usefixtures("publisher")
def test_a_reader_never_meets_half_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The old file stands until the new one is complete beside it, in the same folder.
    target = _put(tmp_path / "cache", "cti_ann.csv", b"old")
    seen: list[tuple[bytes, bytes]] = []
    replace = type(target).replace

    def spy(temporary: Path, to: Path) -> Path:
        assert temporary.parent == to.parent
        seen.append((to.read_bytes(), temporary.read_bytes()))
        return replace(temporary, to)

    monkeypatch.setattr(type(target), "replace", spy)
    datasets.fetch_cti_posts()
    assert seen == [(b"old", CONTENT["cti_ann.csv"])]


@pytest.mark.usefixtures("publisher")
def test_a_failed_write_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_temporary: Path, _to: Path) -> NoReturn:
        reason = "disk full"
        raise OSError(reason)

    monkeypatch.setattr(type(tmp_path), "replace", refuse)
    with pytest.warns(UserWarning, match=r"could not be kept in .*disk full") as caught:
        frame = datasets.fetch_cti_posts()
    assert caught[0].filename == __file__
    assert len(frame) == 2
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("publisher")
def test_a_cache_that_cannot_be_made_costs_only_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    occupied = _put(tmp_path, "occupied", b"")
    monkeypatch.setenv("RHML_CACHE", str(occupied / "cache"))
    with pytest.warns(UserWarning, match="set RHML_CACHE"):
        assert len(datasets.fetch_cti_posts()) == 2


def test_a_changed_download_is_refused_and_not_kept(publisher: Publisher, tmp_path: Path) -> None:
    publisher.content["cti_ann.csv"] = b"<html>Sign in to this network</html>"
    with pytest.raises(DatasetUnavailableError) as caught:
        datasets.fetch_cti_posts()
    message = str(caught.value)
    assert f"expected SHA-256 {_sha256(CONTENT['cti_ann.csv'])}" in message
    assert f"found {_sha256(publisher.content['cti_ann.csv'])}" in message
    assert "set RHML_DATA" in message
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("fault", ["missing", "cut off"])
def test_a_server_that_fails_is_reported(publisher: Publisher, tmp_path: Path, fault: str) -> None:
    if fault == "missing":
        del publisher.content["cti_ann.csv"]
    else:
        publisher.promised_extra = 100
    with pytest.raises(
        DatasetUnavailableError, match=r"could not be downloaded .*(404|IncompleteRead)"
    ):
        datasets.fetch_cti_posts()
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("folder", [None, "nowhere"])
def test_offline_the_error_names_address_expectation_and_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str | None
) -> None:
    if folder is not None:
        monkeypatch.setenv("RHML_DATA", str(tmp_path / folder))
    with pytest.raises(DatasetUnavailableError) as caught:
        datasets.fetch_banking77("all")
    message = str(caught.value)
    assert "https://files.invalid/owner/repo/commit/banking77_train.csv" in message
    assert "no route to host" in message
    assert _sha256(CONTENT["banking77_train.csv"]) in message
    assert "get banking77_train.csv" in message
    assert "set RHML_DATA" in message
    assert ("RHML_DATA is not set" if folder is None else str(tmp_path / folder)) in message
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value.__cause__, URLError)
