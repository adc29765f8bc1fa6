"""The journal: saved means on the disk, once, in order, and never changed again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rhml_widgets.exceptions import (
    BadInputError,
    JournalError,
    JournalVersionError,
    NotSavedError,
    ReadOnlyError,
)
from rhml_widgets.journal import Journal, Judged, Noted, Shown, Skipped, database, store

ROOT = Path(store.__file__).parents[2]
HOLD_JOURNAL = """
import sys
from rhml_widgets.journal import Journal, Shown
journal = Journal(sys.argv[1])
journal.append([Shown(item_id="t1:other")], person="p2")
print("open", flush=True)
sys.stdin.readline()
"""
HOLD_LEASE = """
import sys
from rhml_widgets.journal.lock import Lease
lease = Lease.acquire(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""
HOLD_WRITE_LOCK = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
raw.execute("COMMIT")
"""
# Everything is imported, by use, before the rights to read the interpreter's files are dropped.
POWERLESS = """
import os, sys
from rhml_widgets.exceptions import JournalError, ReadOnlyError
from rhml_widgets.journal import Journal, Shown
path, new, scratch = sys.argv[1:]
warm = Journal(scratch)
warm.append([Shown(item_id="t1:ab")], person="p1")
warm.close()
Journal(scratch, read_only=True).close()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
journal = Journal(path)
print(journal.read_only, journal.why_read_only, [e.event.item_id for e in journal.entries()])
try:
    journal.append([Shown(item_id="t1:cd")], person="p1")
except ReadOnlyError as error:
    print(error)
try:
    Journal(new)
    print("begun")
except JournalError as error:
    print(error)
"""
FILE_SIZE_LIMIT = """
import resource, sys
from rhml_widgets.exceptions import NotSavedError
from rhml_widgets.journal import Journal, Noted
journal = Journal(sys.argv[1])
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, hard))
note = [Noted(text="x" * 200_000)]
try:
    journal.append(note, person="p1", event_ids=["n"])
except NotSavedError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print([entry.seq for entry in journal.append(note, person="p1", event_ids=["n"])])
"""
FORK = """
import os, sys
from rhml_widgets.exceptions import ReadOnlyError
from rhml_widgets.journal import Journal, Shown
journal, memory = Journal(sys.argv[1]), Journal(None)
journal.append([Shown(item_id="t1:parent")], person="p1")
child = os.fork()
if child == 0:
    print(journal.why_read_only, len(journal.entries()), flush=True)
    try:
        journal.append([Shown(item_id="t1:child")], person="p1")
    except ReadOnlyError:
        print("refused", flush=True)
    print(Journal(sys.argv[1]).why_read_only, flush=True)
    memory.append([Shown(item_id="t1:child")], person="p1")
    journal.close()
    sys.exit()
os.waitpid(child, 0)
journal.append([Shown(item_id="t1:parent")], person="p1")
print(journal.read_only, len(journal.entries()), len(memory.entries()))
"""


@contextlib.contextmanager
def process(code, *args):
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def lines_of(code, *args):
    """Run a process to its end and return what it printed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@contextlib.contextmanager
def by_hand(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=0.1)) as raw:
        yield raw


def shown(*names):
    return [Shown(item_id=f"t1:{name}") for name in names]


def seen(journal):
    return [(entry.seq, entry.event_id, entry.event) for entry in journal.entries()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "triage.rhml"


@pytest.fixture
def journal(path):
    opened = Journal(path)
    yield opened
    opened.close()


@pytest.fixture
def filled(path):
    """Path of a closed journal of three pages and more."""
    journal = Journal(path)
    journal.append([Noted(text=f"{i} " * 100) for i in range(60)], person="p1")
    journal.close()
    return path


class StoreAgainstAList(RuleBasedStateMachine):
    """Whatever is done to a journal, it is the list of what was acknowledged."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "a b?c#d%20é.rhml"
        self.journal = Journal(self.path)
        self.known = []
        self.n_ids = 0

    def teardown(self):
        self.journal.close()
        self.folder.cleanup()

    def new_id(self):
        self.n_ids += 1
        return f"id-{self.n_ids}"

    @precondition(lambda self: not self.journal.read_only)
    @rule(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
    def append(self, texts):
        events = [Noted(text=text) for text in texts]
        ids = [self.new_id() for _ in events]
        entries = self.journal.append(events, person="p1", event_ids=ids)
        self.known += [(e.seq, e.event_id, e.event) for e in entries]
        assert [entry.event_id for entry in entries] == ids

    @precondition(lambda self: self.known and not self.journal.read_only)
    @rule(data=st.data())
    def resend(self, data):
        start = data.draw(st.integers(0, len(self.known) - 1))
        again = self.known[start : start + 3]
        entries = self.journal.append(
            [Noted(text="another")] * len(again),
            person="p2",
            event_ids=[event_id for _, event_id, _ in again],
        )
        assert [(e.seq, e.event_id, e.event) for e in entries] == again

    @precondition(lambda self: self.known and not self.journal.read_only)
    @rule(data=st.data())
    def refuse_a_batch_that_is_stored_in_part(self, data):
        _, old, _ = data.draw(st.sampled_from(self.known))
        with pytest.raises(NotSavedError):
            self.journal.append(shown("x", "y"), person="p1", event_ids=[self.new_id(), old])

    @precondition(lambda self: self.journal.read_only)
    @rule()
    def refuse(self):
        with pytest.raises(ReadOnlyError):
            self.journal.append(shown("x"), person="p1")

    @rule(read_only=st.booleans())
    def reopen(self, read_only):
        self.journal.close()
        self.journal = Journal(self.path, read_only=read_only)
        assert self.journal.read_only == read_only

    @rule()
    def take_over(self):
        old = self.journal
        self.journal = Journal(self.path)
        assert old.read_only
        assert seen(old) == self.known
        old.close()

    @rule(after=st.integers(0, 10))
    def read_from_a_position(self, after):
        assert [e.seq for e in self.journal.entries(after)] == [
            seq for seq, _, _ in self.known if seq > after
        ]

    @invariant()
    def holds_what_was_acknowledged(self):
        assert seen(self.journal) == self.known
        assert [seq for seq, _, _ in self.known] == list(range(1, len(self.known) + 1))


TestStoreAgainstAList = StoreAgainstAList.TestCase
TestStoreAgainstAList.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, derandomize=True
)


class TestAppend:
    def test_entries_come_back_as_they_will_be_read(self, journal):
        before = datetime.now(UTC)
        entries = journal.append([Skipped(item_id="t1:ab"), *shown("cd")], person="p1")
        assert entries == journal.entries()
        assert [entry.seq for entry in entries] == [1, 2]
        assert {entry.person for entry in entries} == {"p1"}
        assert all(re.fullmatch("[0-9a-f]{32}", entry.event_id) for entry in entries)
        at = datetime.fromisoformat(entries[0].at)
        assert abs(at - before).total_seconds() < 60
        assert at.utcoffset().total_seconds() == 0

    def test_events_are_there_for_others_when_it_returns(self, journal, path):
        journal.append([Skipped(item_id="t1:é")], person="p1", event_ids=["a"])
        with by_hand(path) as raw:
            row = raw.execute("SELECT seq, event_id, kind, schema, person, body FROM events")
            assert row.fetchall() == [(1, "a", "Skipped", 1, "p1", '{"item_id":"t1:é","why":null}')]

    def test_a_resend_returns_what_is_stored_of_the_ids_given(self, journal):
        first = journal.append(shown("a", "b", "c"), person="p1", event_ids=["1", None, "3"])
        again = journal.append(shown("x", "y", "z"), person="p2", event_ids=["1", None, "new"])
        assert again == first[:1]
        assert journal.append(shown("x", "y"), person="p2", event_ids=["1", "3"]) == first[::2]
        assert journal.entries() == first
        assert journal.find("new") is None

    def test_the_first_of_a_kind_is_found_and_no_other_is_read(self, journal, path):
        assert journal.first(Noted) is None
        noted = [Noted(text="one"), Noted(text="two")]
        entries = journal.append([*shown("a"), *noted], person="p1")
        with by_hand(path) as raw:
            raw.execute("INSERT INTO events VALUES (9, 'z', 'FromTomorrow', 2, '', 'p1', '{}')")
        assert journal.first(Noted) == entries[1]
        assert journal.first(Skipped) is None
        with pytest.raises(JournalVersionError):
            journal.entries()

    def test_nothing_of_a_batch_is_written_if_one_event_cannot_be(self, journal):
        with pytest.raises(BadInputError, match="Unicode"):
            journal.append([*shown("a"), Noted(text="\ud800")], person="p1")
        assert journal.entries() == []
        assert [entry.seq for entry in journal.append(shown("b"), person="p1")] == [1]

    def test_an_interrupt_in_mid_write_leaves_nothing(self, journal, monkeypatch):
        def interrupted(connection, rows):
            connection.exec_driver_sql(database.INSERT, rows[0])
            raise KeyboardInterrupt

        monkeypatch.setattr(journal, "_insert", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.append(shown("a"), person="p1")
        monkeypatch.undo()
        assert journal.entries() == []
        assert [entry.seq for entry in journal.append(shown("b"), person="p1")] == [1]

    @pytest.mark.parametrize("ids", [["a"], ["a", "a"], ["a", "b", "c"], []])
    def test_ids_must_be_one_for_each_event_and_different(self, journal, ids):
        with pytest.raises(BadInputError, match="2 events need as many different ids"):
            journal.append(shown("a", "b"), person="p1", event_ids=ids)
        assert journal.entries() == []

    @pytest.mark.parametrize("value", [float("nan"), object()])
    def test_what_is_not_json_is_refused_by_name(self, journal, value):
        event = Judged(item_id="t1:ab", label="a", stage="first", confidence=value)
        with pytest.raises(BadInputError, match="Judged event"):
            journal.append([event], person="p1")

    def test_no_events_are_no_entries(self, journal):
        assert journal.append([], person="p1") == []

    def test_many_threads_leave_no_gap(self, journal):
        got = []

        def work(name):
            for i in range(10):
                got.extend(journal.append(shown(f"{name}-{i}"), person="p1"))
                journal.entries(after=len(journal.entries()) - 1)

        threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got, key=lambda entry: entry.seq) == journal.entries()
        assert [entry.seq for entry in journal.entries()] == list(range(1, 61))


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE events SET person = 'x'",
            "DELETE FROM events",
            "INSERT OR REPLACE INTO events VALUES (1, 'a', 'Shown', 1, '', '', '{}')",
            (
                "INSERT INTO events VALUES (1, 'a', 'Shown', 1, '', '', '{}')"
                " ON CONFLICT DO UPDATE SET body = '[]'"
            ),
        ],
    )
    def test_what_is_stored_can_be_neither_changed_nor_removed(self, journal, statement):
        kept = journal.append(shown("a"), person="p1", event_ids=["a"])
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            journal._raw().execute(statement)
        assert journal.entries() == kept

    @pytest.mark.parametrize("statement", ["UPDATE events SET person = 'x'", "DELETE FROM events"])
    def test_nor_by_another_program(self, journal, path, statement):
        journal.append(shown("a"), person="p1")
        with by_hand(path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)


class TestPragmas:
    @pytest.mark.parametrize(
        ("read_only", "pragma", "value"),
        [
            (False, "journal_mode", "delete"),
            (False, "synchronous", 2),
            (False, "recursive_triggers", 1),
            (False, "busy_timeout", 30_000),
            (False, "query_only", 0),
            (False, "application_id", 0x52484D4C),
            (False, "user_version", 1),
            (True, "query_only", 1),
            (True, "busy_timeout", 30_000),
        ],
    )
    def test_a_file_is_opened_for_safety(self, filled, read_only, pragma, value):
        with contextlib.closing(Journal(filled, read_only=read_only)) as journal:
            journal.entries()
            assert journal._raw().execute(f"PRAGMA {pragma}").fetchone() == (value,)

    def test_a_journal_in_wal_mode_is_brought_back(self, filled):
        with by_hand(filled) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        Journal(filled).close()
        with by_hand(filled) as raw:
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    def test_readers_do_not_take_the_lock_of_writers(self, journal, path):
        journal.append(shown("a"), person="p1")
        with by_hand(path) as raw:
            raw.execute("BEGIN IMMEDIATE")
            assert len(journal.entries()) == 1
            assert journal.find("b") is None
            raw.execute("ROLLBACK")

    def test_writers_take_their_lock_at_once_and_readers_none(self, journal):
        said = []
        journal._raw().set_trace_callback(said.append)
        journal.append(shown("a"), person="p1")
        journal.entries()
        assert [line for line in said if not line.startswith(("INSERT", "SELECT"))] == [
            "BEGIN IMMEDIATE",
            "COMMIT",
            "BEGIN",
            "COMMIT",
        ]

    def test_no_transaction_stays_open(self, journal):
        journal.append(shown("a"), person="p1", event_ids=["a"])
        journal.entries()
        journal.find("a")
        assert not journal._raw().in_transaction


class TestFaults:
    def test_a_full_disk_changes_nothing_and_may_be_tried_again(self, journal):
        kept = journal.append(shown("a"), person="p1")
        pages = journal._raw().execute("PRAGMA page_count").fetchone()[0]
        journal._raw().execute(f"PRAGMA max_page_count={pages}")
        large = [*shown("b"), Noted(text="x" * 50_000)]
        with pytest.raises(NotSavedError, match="NOT SAVED: disk full: free some space"):
            journal.append(large, person="p1", event_ids=["b", "c"])
        assert journal.entries() == kept
        journal._raw().execute("PRAGMA max_page_count=1000000")
        again = journal.append(large, person="p1", event_ids=["b", "c"])
        assert [entry.seq for entry in again] == [2, 3]
        assert journal.entries() == kept + again

    def test_a_limit_of_the_file_size_likewise(self, path):
        said, seqs = lines_of(FILE_SIZE_LIMIT, path)
        assert said.startswith("NOT SAVED: disk full")
        assert seqs == "[1]"

    def test_another_program_that_writes_is_waited_for(self, journal, path):
        with process(HOLD_WRITE_LOCK, path) as child:
            assert child.stdout.readline() == "locked\n"
            writer = threading.Thread(
                target=journal.append, args=(shown("a"),), kwargs={"person": "p"}
            )
            writer.start()
            writer.join(timeout=0.1)
            assert writer.is_alive()
            child.stdin.write("\n")
            child.stdin.flush()
            writer.join()
        assert [entry.event for entry in journal.entries()] == shown("a")

    def test_a_lock_that_stays_is_said_and_may_be_tried_again(self, path, monkeypatch):
        monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
        with contextlib.closing(Journal(path)) as journal, by_hand(path) as raw:
            raw.execute("BEGIN IMMEDIATE")
            with pytest.raises(NotSavedError, match="NOT SAVED: locked: close the other program"):
                journal.append(shown("a"), person="p1")
            raw.execute("ROLLBACK")
            assert len(journal.append(shown("a"), person="p1")) == 1

    def test_a_commit_that_a_reader_blocks_is_taken_back(self, path, monkeypatch):
        monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
        with contextlib.closing(Journal(path)) as journal, by_hand(path) as raw:
            raw.execute("BEGIN")
            raw.execute("SELECT * FROM events").fetchall()
            with pytest.raises(NotSavedError, match="locked"):
                journal.append(shown("a"), person="p1", event_ids=["a"])
            raw.execute("ROLLBACK")
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
            assert journal.entries() == []
            assert len(journal.append(shown("a"), person="p1", event_ids=["a"])) == 1
            assert len(journal.entries()) == 1

    def test_a_file_that_was_removed_takes_no_answers(self, journal, path):
        journal.append(shown("a"), person="p1")
        moved = path.rename(path.with_name("moved"))
        with pytest.raises(NotSavedError, match="moved or removed: put it back"):
            journal.append(shown("b"), person="p1")
        moved.rename(path)
        assert [entry.seq for entry in journal.append(shown("b"), person="p1")] == [2]

    def test_messages_hold_nothing_of_the_answer(self, journal, path):
        path.unlink()
        with pytest.raises(NotSavedError) as caught:
            journal.append([Noted(text="secret")], person="p1")
        assert "secret" not in str(caught.value)
        assert "secret" not in str(caught.value.__cause__)


class TestReadOnly:
    def test_a_reader_reads_and_refuses_to_write(self, filled):
        with contextlib.closing(Journal(filled, read_only=True)) as journal:
            assert journal.read_only
            assert journal.why_read_only == "opened only to be read"
            assert len(journal.entries()) == 60
            with pytest.raises(ReadOnlyError, match=r"NOT SAVED: triage\.rhml is read-only"):
                journal.append(shown("a"), person="p1")
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                journal._raw().execute("DELETE FROM events")

    def test_a_reader_takes_no_lease_and_sees_what_is_appended(self, journal, path):
        with contextlib.closing(Journal(path, read_only=True)) as reader:
            assert not journal.read_only
            assert reader.entries() == []
            kept = journal.append(shown("a"), person="p1")
            assert reader.entries() == kept

    @pytest.mark.parametrize("what", ["file", "folder", "folder with a side file"])
    def test_rights_that_lack_are_a_reason_not_an_error(self, what):
        # Not tmp_path: its parents are closed to other users.
        folder, scratch = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        try:
            path = folder / "triage.rhml"
            with contextlib.closing(Journal(path)) as journal:
                journal.append(shown("ab"), person="p1")
            side = path.with_name("triage.rhml-writer")
            path.chmod(0o444 if what == "file" else 0o666)
            side.chmod(0o666)
            if what == "folder":
                side.unlink()
            folder.chmod(0o777 if what == "file" else 0o555)
            said = lines_of(POWERLESS, path, folder / "new.rhml", scratch / "warm.rhml")
        finally:
            folder.chmod(0o777)
            shutil.rmtree(folder)
            shutil.rmtree(scratch)
        assert said[0].startswith("True ")
        assert "may not be written" in said[0]
        assert said[0].endswith("['t1:ab']")
        assert said[1].startswith("NOT SAVED: triage.rhml is read-only")
        if what == "file":
            assert said[2] == "begun"
        else:
            assert "new.rhml cannot be begun: " in said[2]


class TestTwo:
    def test_another_process_that_writes_makes_this_a_reader(self, path):
        with process(HOLD_JOURNAL, path) as child:
            assert child.stdout.readline() == "open\n"
            with contextlib.closing(Journal(path)) as journal:
                assert journal.read_only
                assert re.match(
                    rf"held by process {child.pid} on .+ since \d\d:\d\d$", journal.why_read_only
                )
                assert [entry.event for entry in journal.entries()] == shown("other")
                with pytest.raises(ReadOnlyError, match=f"held by process {child.pid}"):
                    journal.append(shown("a"), person="p1")
            child.kill()
            child.wait()
            with contextlib.closing(Journal(path)) as journal:
                assert not journal.read_only
                assert [entry.seq for entry in journal.append(shown("a"), person="p1")] == [2]

    def test_a_journal_that_its_holder_has_not_begun_is_waited_for(self, path, monkeypatch):
        with process(HOLD_LEASE, path) as child:
            assert child.stdout.readline() == "held\n"
            monkeypatch.setattr(database, "_BEGUN_SECONDS", 0)
            with pytest.raises(JournalError, match=f"begun: held by process {child.pid}"):
                Journal(path)
            tries = []

            def begun_by_the_holder(seconds):
                tries.append(seconds)
                connection = database.connect(path, "rwc", read_only=False)
                with connection.begin() as begun:
                    database.create(begun)
                connection.dispose()

            monkeypatch.setattr(database, "_BEGUN_SECONDS", 60)
            monkeypatch.setattr(database.time, "sleep", begun_by_the_holder)
            with contextlib.closing(Journal(path)) as journal:
                assert journal.read_only
                assert journal.entries() == []
            assert len(tries) == 1

    def test_a_newer_cell_takes_the_journal_over(self, path):
        told = []
        old = Journal(path, on_taken=lambda: told.append(old.why_read_only))
        kept = old.append(shown("a"), person="p1")
        new = Journal(path)
        assert told == [old.why_read_only] == ["moved to a newer cell"]
        assert old.read_only
        with pytest.raises(ReadOnlyError, match="moved to a newer cell"):
            old.append(shown("b"), person="p1")
        assert old.entries() == kept
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            old._raw().execute("DELETE FROM events")
        old.close()
        assert not new.read_only
        assert [entry.seq for entry in new.append(shown("b"), person="p1")] == [2]
        new.close()

    def test_the_lease_is_free_after_close(self, path):
        Journal(path).close()
        with process(HOLD_JOURNAL, path) as child:
            assert child.stdout.readline() == "open\n"
        with contextlib.closing(Journal(path)) as journal:
            assert len(journal.entries()) == 1

    def test_a_damaged_file_does_not_take_the_lease_from_the_old_cell(self, journal, path):
        journal.append([Noted(text="x" * 20_000)], person="p1")
        with path.open("r+b") as file:
            file.seek(0)
            file.write(b"garbage")
        with pytest.raises(JournalError):
            Journal(path)
        assert not journal.read_only

    def test_a_forked_child_reads_and_leaves_writing_to_its_parent(self, path):
        forked, refused, held, parent = lines_of(FORK, path)
        assert forked == "this process was forked from the one that opened it 1"
        assert refused == "refused"
        assert held.startswith("held by process ")
        assert parent == "False 2 0"
        with by_hand(path) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestOpening:
    def test_a_new_file_begins_an_empty_journal(self, journal, path):
        assert (journal.path, journal.name) == (path.resolve(), "triage.rhml")
        assert (journal.read_only, journal.why_read_only) == (False, None)
        assert journal.entries() == []

    def test_an_empty_file_is_begun(self, path):
        path.touch()
        with contextlib.closing(Journal(path)) as journal:
            assert len(journal.append(shown("a"), person="p1")) == 1

    def test_opening_and_closing_changes_no_byte(self, filled):
        before = filled.read_bytes()
        Journal(filled).close()
        Journal(filled, read_only=True).close()
        assert filled.read_bytes() == before

    def test_memory_holds_a_journal_too(self):
        with contextlib.closing(Journal(None)) as journal:
            assert (journal.path, journal.name, journal.read_only) == (None, "in memory", False)
            kept = journal.append(shown("a", "b"), person="p1", event_ids=["1", "2"])
            assert journal.append(shown("c"), person="p1", event_ids=["1"]) == kept[:1]
            assert journal.entries() == kept
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                journal._raw().execute("DELETE FROM events")

    def test_a_link_leads_to_the_real_file(self, journal, path, tmp_path):
        link = tmp_path / "link.rhml"
        link.symlink_to(path)
        told = Journal(link)
        assert told.path == path.resolve()
        assert journal.why_read_only == "moved to a newer cell"
        told.close()

    def test_a_path_is_read_as_the_shell_reads_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HOME", str(tmp_path))
        with contextlib.closing(Journal("~/home.rhml")) as journal:
            assert journal.path == tmp_path.resolve() / "home.rhml"

    @pytest.mark.parametrize(
        "address", ["postgresql+psycopg://me:s3cret@host/db", "mysql://s3cret"]
    )
    def test_an_address_is_refused_without_repeating_its_password(self, address):
        with pytest.raises(
            JournalError, match=r"rhml-widgets\[postgres\].*path of a file"
        ) as caught:
            Journal(address)
        assert "s3cret" not in str(caught.value)

    def test_a_folder_is_no_journal(self, tmp_path):
        with pytest.raises(JournalError, match="is a folder"):
            Journal(tmp_path)

    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(JournalError, match=re.escape(str(tmp_path / "no"))):
            Journal(tmp_path / "no" / "triage.rhml")

    def test_there_must_be_something_to_read(self, path):
        with pytest.raises(JournalError, match=r"there is no journal at .*triage\.rhml"):
            Journal(path, read_only=True)
        assert not path.exists()

    def test_a_closed_journal_says_so(self, filled):
        journal = Journal(filled)
        journal.close()
        journal.close()
        with pytest.raises(ReadOnlyError, match="closed"):
            journal.append(shown("a"), person="p1")
        for read in (journal.entries, lambda: journal.find("a")):
            with pytest.raises(JournalError, match="closed; open it again"):
                read()


class TestForeignAndDamaged:
    def refused(self, path, error=JournalError):
        """Open in both ways; return what is said; see that no byte and no file was changed."""
        before = path.read_bytes()
        for side in path.parent.glob("*-writer"):
            side.unlink()
        said = []
        for read_only in (False, True):
            with pytest.raises(error, match=re.escape(str(path))) as caught:
                Journal(path, read_only=read_only)
            said.append(str(caught.value))
        assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        return said[0]

    def test_a_text_file_is_left_as_it_is(self, path):
        path.write_text("dear diary, " * 100, encoding="utf-8")
        said = self.refused(path)
        assert "not a journal" in said
        assert "left as it is" in said
        assert "another path" in said

    def test_the_database_of_another_program_is_left_as_it_is(self, path):
        with by_hand(path) as raw:
            raw.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY)")
        assert "not a journal" in self.refused(path)

    def test_a_newer_layout_is_left_as_it_is(self, filled):
        with by_hand(filled) as raw:
            raw.execute("PRAGMA user_version=2")
        assert "upgrade" in self.refused(filled, JournalVersionError)

    def test_an_event_of_a_newer_schema_is_not_guessed_at(self, filled):
        with by_hand(filled) as raw:
            raw.execute("INSERT INTO events VALUES (61, 'z', 'Shown', 2, '', '', '{}')")
        with contextlib.closing(Journal(filled)) as journal:
            with pytest.raises(JournalVersionError, match="event 61"):
                journal.entries()
            assert len(journal.entries(after=61)) == 0

    def test_an_event_that_makes_no_sense_is_named(self, filled):
        with by_hand(filled) as raw:
            raw.execute("INSERT INTO events VALUES (61, 'z', 'Shown', 1, '', '', '{}')")
        with contextlib.closing(Journal(filled)) as journal, pytest.raises(JournalError) as caught:
            journal.find("z")
        assert f"{filled}, event 61: a 'Shown' event" in str(caught.value)

    def test_a_missing_trigger_is_damage(self, filled):
        with by_hand(filled) as raw:
            raw.execute("DROP TRIGGER events_no_delete")
        assert "damaged (no events_no_delete)" in self.refused(filled)

    def test_a_missing_event_is_damage(self, filled):
        with by_hand(filled) as raw:
            raw.execute("INSERT INTO events VALUES (62, 'z', 'Shown', 1, '', '', '{}')")
        assert "damaged (61 events, the last of them numbered 62)" in self.refused(filled)

    @pytest.mark.parametrize("size", [1, 15, 16, 100, 511, 512, 4096, 5000, 12_288, -4096, -1])
    def test_a_truncated_journal_is_left_as_it_is(self, filled, size):
        content = filled.read_bytes()
        filled.write_bytes(content[:size])
        said = self.refused(filled)
        assert "damaged" in said
        assert "backup" in said

    @pytest.mark.parametrize("offset", [0, 4, 16, 18, 100, 4096, 8192, 20_480])
    def test_an_overwritten_journal_is_left_as_it_is(self, filled, offset):
        content = bytearray(filled.read_bytes())
        content[offset : offset + 64] = b"\xa5" * 64
        filled.write_bytes(content)
        self.refused(filled)


class TestBackup:
    def test_a_backup_is_a_journal_with_the_same_entries(self, filled, tmp_path):
        with contextlib.closing(Journal(filled)) as journal:
            journal.backup(tmp_path / "copy.rhml")
            kept = journal.entries()
            journal.append(shown("a"), person="p1")
        with contextlib.closing(Journal(tmp_path / "copy.rhml")) as copy:
            assert copy.entries() == kept
            assert [entry.seq for entry in copy.append(shown("b"), person="p1")] == [61]

    def test_a_journal_in_memory_can_be_kept(self, path):
        with contextlib.closing(Journal(None)) as journal:
            kept = journal.append(shown("a"), person="p1")
            journal.backup(path)
        with contextlib.closing(Journal(path)) as copy:
            assert copy.entries() == kept

    def test_a_reader_can_make_one(self, filled, tmp_path):
        with contextlib.closing(Journal(filled, read_only=True)) as journal:
            journal.backup(tmp_path / "copy.rhml")
        with contextlib.closing(Journal(tmp_path / "copy.rhml")) as copy:
            assert len(copy.entries()) == 60

    def test_no_file_is_overwritten(self, journal, path, tmp_path):
        (tmp_path / "other").write_text("mine", encoding="utf-8")
        for target in (path, tmp_path / "other"):
            with pytest.raises(JournalError, match="there is a file at"):
                journal.backup(target)
        assert (tmp_path / "other").read_text(encoding="utf-8") == "mine"

    def test_half_a_backup_is_not_left(self, journal, tmp_path, monkeypatch):
        class Full:
            def backup(self, copy):
                copy.execute("CREATE TABLE half (a)")
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error

        monkeypatch.setattr(journal, "_raw", Full)
        with pytest.raises(JournalError, match=r"copy.rhml was not made: disk full"):
            journal.backup(tmp_path / "copy.rhml")
        assert not (tmp_path / "copy.rhml").exists()
        monkeypatch.undo()
