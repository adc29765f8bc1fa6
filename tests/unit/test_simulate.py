"""A simulated person answers as told, through the public face, and says that it is simulated."""

from __future__ import annotations

import pandas as pd
import pytest

import rhml_widgets as rhml
from rhml_widgets.exceptions import BadInputError
from rhml_widgets.simulate import Person

SPAM = ["free prize now", "win a prize today", "claim your free cash", "cash prize waiting"]
HAM = ["see you at home", "home at six", "lunch at noon", "running late for lunch"]
TEXTS = [text for pair in zip(SPAM, HAM, strict=True) for text in pair]
TRUTH = ["spam", "ham"] * 4


def session(texts=TEXTS, **arguments):
    arguments = {"journal": None, "refit": "sync", "person": "p", **arguments}
    return rhml.Session(pool=texts, **arguments)


def answers(dyad):
    judged = dyad.judgments().drop_duplicates("item_id")
    return dict(zip(judged["item_id"], judged["label"], strict=True))


class TestAnswers:
    @pytest.mark.parametrize(
        "truth",
        [
            TRUTH,
            pd.Series(TRUTH),
            pd.Series(TRUTH, index=range(8)).sample(frac=1, random_state=1),
        ],
        ids=["by row", "series", "shuffled series"],
    )
    def test_without_noise_they_are_the_truth(self, truth):
        with session(pd.Series(TEXTS)) as dyad:
            person = Person(truth).drive(dyad, 8)
            wanted = dict(zip(dyad.pool.ids, TRUTH, strict=True))
            assert answers(dyad) == wanted
            assert (person.n_answers, person.n_wrong) == (8, 0)

    def test_truth_by_item_id(self):
        with session() as dyad:
            truth = dict(zip(dyad.pool.ids, TRUTH, strict=True))
            Person(truth).drive(dyad, 3)
            assert answers(dyad).items() <= truth.items()

    def test_driving_again_goes_on_and_stops_where_nothing_is_left(self):
        with session() as dyad:
            person = Person(TRUTH)
            assert person.drive(dyad, 3) is person
            assert dyad.state.n_labeled == 3
            person.drive(dyad, 100)
            assert dyad.state.n_labeled == person.n_answers == 8
            assert person.drive(dyad, 1).n_answers == 8

    def test_items_without_truth_are_skipped_and_do_not_hang_it(self):
        with session() as dyad:
            person = Person([*TRUTH[:6], None, None]).drive(dyad, 100)
            assert (person.n_answers, person.n_skipped) == (6, 2)
            assert len(dyad.state.skipped) + len(dyad.state.waiting) == 2

    def test_durations_are_about_as_long_as_told(self):
        with session() as dyad:
            Person(TRUTH, seconds=10).drive(dyad, 8)
            durations = dyad.judgments()["duration"]
            assert 5 < durations.median() < 20
            assert len(set(durations)) > 1


class TestNoise:
    def texts(self, n):
        return [f"{TEXTS[i % 8]} number{i}" for i in range(n)], [TRUTH[i % 8] for i in range(n)]

    def test_its_share_is_as_told_and_counted(self):
        texts, truth = self.texts(300)
        with session(texts, refit="manual") as dyad:
            person = Person(truth, noise=0.3, random_state=1).drive(dyad, 300)
            wanted = dict(zip(dyad.pool.ids, truth, strict=True))
            wrong = sum(label != wanted[item] for item, label in answers(dyad).items())
        assert person.n_wrong == wrong
        assert 66 <= wrong <= 114

    def test_an_item_is_answered_alike_whatever_was_asked_before(self):
        texts, truth = self.texts(60)
        seen = []
        for seed in (1, 2):
            with session(texts, refit="manual", random_state=seed) as dyad:
                Person(truth, noise=0.5, random_state=7).drive(dyad, 60)
                seen.append(answers(dyad))
        assert list(seen[0]) != list(seen[1])
        assert seen[0] == seen[1]

    def test_another_seed_errs_elsewhere(self):
        texts, truth = self.texts(60)
        seen = []
        for seed in (1, 2):
            with session(texts, refit="manual") as dyad:
                Person(truth, noise=0.5, random_state=seed).drive(dyad, 60)
                seen.append(answers(dyad))
        assert seen[0] != seen[1]


class TestMarks:
    def test_a_callable_gives_them(self):
        with session() as dyad:
            person = Person(TRUTH, marks=lambda text, _label: text.split()[:1]).drive(dyad, 4)
            judged = dyad.judgments()
            content = dict(zip(dyad.pool.ids, dyad.pool.contents, strict=True))
            for item_id, marks in zip(judged["item_id"], judged["rationale"], strict=True):
                assert list(marks) == [content[item_id].split()[0]]
            assert person.n_marks == 4

    def test_of_a_dict_those_that_stand_in_the_text_are_given(self):
        with session() as dyad:
            marks = {"spam": ["prize", "cash", "pri"], "ham": ["prize"]}
            Person(TRUTH, marks=marks).drive(dyad, 8)
            judged = dyad.judgments()
            content = dict(zip(dyad.pool.ids, dyad.pool.contents, strict=True))
            for row in judged.itertuples():
                words = content[row.item_id].split()
                wanted = [t for t in ("prize", "cash") if t in words and row.label == "spam"]
                assert list(row.rationale or ()) == wanted

    def test_wrong_marks_are_words_of_the_text(self):
        with session() as dyad:
            person = Person(TRUTH, marks={"spam": ["prize"]}, wrong_marks=1.0).drive(dyad, 8)
            judged = dyad.judgments()
            content = dict(zip(dyad.pool.ids, dyad.pool.contents, strict=True))
            given = [
                (mark, content[item_id])
                for item_id, marks in zip(judged["item_id"], judged["rationale"], strict=True)
                for mark in marks or ()
            ]
        assert len(given) == person.n_marks == 3
        assert all(mark in text.split() for mark, text in given)
        assert any(mark != "prize" for mark, _ in given)


class TestStops:
    def stopped(self, keeps):
        """Train a model right, then have a person answer the rest wrong."""
        texts = [f"{TEXTS[i % 8]} item{i}" for i in range(120)]
        truth = [TRUTH[i % 8] for i in range(120)]
        wrong = ["ham" if label == "spam" else "spam" for label in truth]
        dyad = session(texts, purposes={"challenge": 1.0})
        Person(truth).drive(dyad, 40)
        other = Person(wrong, keeps=keeps, random_state=2).drive(dyad, 6)
        return dyad, other

    def changed(self, dyad):
        return sum(n > 1 for n in dyad.judgments().groupby("item_id")["label"].nunique())

    def test_the_answer_is_kept_or_given_up(self):
        dyad, stubborn = self.stopped(1.0)
        with dyad:
            assert stubborn.n_stops == stubborn.n_kept > 0
            revised = dyad.judgments().query("stage == 'revised'")
            assert len(revised) == stubborn.n_stops
            assert self.changed(dyad) == 0
            assert dyad.state.standing is None
        dyad, meek = self.stopped(0.0)
        with dyad:
            assert meek.n_stops > 0
            assert meek.n_kept == 0
            assert self.changed(dyad) == meek.n_stops


class TestTelling:
    def test_lessons_reach_the_model_and_unknown_terms_are_left(self):
        with session(classes=["spam", "ham"]) as dyad:
            Person(TRUTH).tell(dyad, {"spam": ["prize", "nowhere"], "ham": ["home"]})
            taught = [
                stance["term"]
                for lesson in dyad.state.lessons.values()
                if lesson.origin == "person"
                for stance in lesson.stances
            ]
            assert taught == ["prize", "home"]


class TestWords:
    def test_the_repr_says_that_it_is_simulated(self):
        assert "simulated" in repr(Person(TRUTH))
        assert "simulated" in repr(Person(TRUTH, name="Ada", marks={}))

    @pytest.mark.parametrize(
        "arguments",
        [{"noise": 1.2}, {"wrong_marks": -0.1}, {"keeps": 2}, {"seconds": float("nan")}],
    )
    def test_shares_out_of_range_are_refused(self, arguments):
        with pytest.raises(BadInputError, match=f"{next(iter(arguments))}="):
            Person(TRUTH, **arguments)
