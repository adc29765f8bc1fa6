"""Images in a session: asked, answered and explained by patches, from arrays and from files."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler

from rhml_widgets import explain
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.machine.patches import patches
from rhml_widgets.replaying import replay
from rhml_widgets.session import Session
from rhml_widgets.views.desk import Desk
from rhml_widgets.views.encoder import json_safe
from rhml_widgets.views.picture import png

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 40, (60, 16, 20)).astype(np.uint8)
BRIGHT = np.arange(60) % 2 == 1
IMAGES[BRIGHT, 2:6, 12:18] += 200


def mean_and_spread(images):
    """Return what a user's own first step may make of images as they are."""
    assert images.ndim == 3
    return np.column_stack([images[:, :8].mean(axis=(1, 2)), images[:, 8:].mean(axis=(1, 2))])


def begin(model=None, pool=IMAGES, n=16, **arguments) -> Session:
    told = {"journal": None, "refit": "sync", "classes": ["dark", "bright"], **arguments}
    session = Session(model, pool, **told)
    for item in session.query(n):
        session.label(item, "bright" if BRIGHT[item.position] else "dark")
    session.wait()
    return session


@pytest.mark.parametrize(
    ("model", "method"),
    [
        (None, "exact"),
        (LogisticRegression(max_iter=500), "exact"),
        (make_pipeline(MaxAbsScaler(), LogisticRegression(max_iter=500)), "exact"),
        (GaussianNB(), "occlusion"),
        (make_pipeline(FunctionTransformer(mean_and_spread), LogisticRegression()), "occlusion"),
    ],
    ids=["default", "lone", "rows", "other", "own-step"],
)
def test_images_are_explained_by_the_patches_that_speak(model, method):
    with begin(model) as session:
        assert session.pool.kind == "image"
        assert session.learner.failure is None
        number = int(np.flatnonzero(BRIGHT)[0])
        found = session.explain(session.pool.ids[number], "bright")
        assert found.method == method
        assert len(found.boxes) == len(found.features)
        total = found.baseline + found.contributions.sum() + found.gap
        assert total == pytest.approx(found.prediction)
        assert session.model.predict(IMAGES).shape == (60,)
        if method == "exact":
            top, left, bottom, right, feature = found.boxes[0]
            assert feature == 0
            assert 2 <= top < bottom <= 6
            assert 10 <= left < right <= 20
            raw = session.model.estimator_.decision_function(IMAGES[[number]])[0]
            assert abs(found.prediction) == pytest.approx(abs(raw))
        plain = explain(session.model.estimator_, IMAGES, number, label="bright")
        assert plain.boxes


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (5, 31), (1, 1)])
def test_patches_cover_every_pixel_once(shape):
    seen = np.zeros(shape, dtype=int)
    for top, left, bottom, right in patches(*shape):
        seen[top:bottom, left:right] += 1
    assert (seen == 1).all()
    assert len(patches(*shape)) <= 64


def test_the_page_is_sent_the_picture_and_where_the_reasons_stand(tmp_path):
    with begin() as session:
        desk = Desk.of(session)
        desk.prepare()
        desk.open(session.judgments()["item_id"].iloc[0])
        props = json_safe(desk.workbench())
        item = props["queue"]["items"][0]
        assert item["image"].startswith("data:image/png;base64,")
        assert re.fullmatch(r"image \d+, 20 by 16", item["text"])
        panel = props["explanation"]
        assert panel["item"]["image"].startswith("data:image/png")
        assert all(0 <= edge <= 1 for edge in panel["reasons"]["rows"][0]["boxes"][0])
        assert not panel["may_teach"]
        hidden = session.report(tmp_path / "r.html").read_text()
        assert "data:image" not in hidden.split("</style>")[1].split("<script>")[0]
        whole = session.report(tmp_path / "full.html", texts="full").read_text()
        assert "data:image/png" in whole


def test_an_image_takes_no_words():
    with begin() as session:
        item = session.query()[0]
        with pytest.raises(BadInputError, match="neither words nor columns"):
            session.label(item, "dark", rationale=["bright"])
        with pytest.raises(BadInputError, match="neither words nor columns"):
            session.teach("bright", "bright")


@pytest.fixture
def files(tmp_path):
    for number, pixels in enumerate(IMAGES):
        (tmp_path / f"{number}.png").write_bytes(png(pixels))
    (tmp_path / "7.png").write_text("not an image")
    return pd.DataFrame({"path": [f"{n}.png" for n in range(60)], "case": range(60)})


def sizes(paths):
    """Return what a user's own first step may read of files."""
    from pathlib import Path

    return np.array([[len(Path(path).read_bytes())] for path in paths], dtype=float)


def test_files_beside_the_journal_are_shown_and_read_by_the_users_own_step(files, tmp_path):
    model = make_pipeline(FunctionTransformer(sizes), LogisticRegression())
    arguments = {"content": ["path"], "show": ["case"], "kind": "image"}
    with begin(model, files, journal=tmp_path / "s.rhml", **arguments) as session:
        assert session.learner.failure is None
        item = session.query()[0]
        assert item.content.parent == tmp_path.resolve()
        found = session.explain(session.judgments()["item_id"].iloc[0])
        assert found.features == ()
        assert found.baseline + found.gap == pytest.approx(found.prediction)
        broken = session.pool.ids[7]
        session.label(broken, "dark")
        desk = Desk.of(session)
        desk.open(broken)
        shown = desk.explanation()["item"]
        assert (shown["image"], shown["fields"][0]["value"]) == ("", "7")
        assert "not an image" in shown["text"]
    with Session(model, files, journal=tmp_path / "s.rhml", refit="sync") as again:
        assert again.state.n_labeled == 17


def test_a_list_of_paths_goes_on_and_is_replayed_as_images(files, tmp_path):
    model = make_pipeline(FunctionTransformer(sizes), LogisticRegression())
    paths, journal = files["path"].tolist(), tmp_path / "kept" / "s.rhml"
    journal.parent.mkdir()
    with begin(model, paths, kind="image", root=tmp_path, journal=journal, n=4) as session:
        ids = session.pool.ids
    with Session(model, paths, root=tmp_path, journal=journal) as again:
        assert (again.pool.kind, again.pool.ids) == ("image", ids)
    with replay(journal, model, paths, root=tmp_path) as twin:
        assert (twin.pool.ids, twin.state.n_labeled) == (ids, 4)


def test_files_without_a_model_that_reads_them_are_refused_with_the_remedy(files, tmp_path):
    for model in (None, LogisticRegression()):
        with pytest.raises(BadInputError, match="first step takes a list of paths"):
            Session(model, files, content="path", kind="image", root=tmp_path, journal=None)
