"""single_threaded: a limit shared by all threads, and undone exactly."""

from __future__ import annotations

import threading

import pytest
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController, threadpool_info, threadpool_limits

from rhml_widgets.machine.threads import single_threaded

assert LogisticRegression  # loads BLAS and OpenMP, which are looked at below


def counts():
    return [(library["filepath"], library["num_threads"]) for library in threadpool_info()]


def openmp_of_this_thread(n):
    ThreadpoolController().select(user_api="openmp").limit(limits=n)


def ones(found):
    return {n for _, n in found} == {1}


@pytest.fixture(autouse=True)
def three_threads():
    with threadpool_limits(limits=3):
        assert not ones(counts())
        yield


def test_limits_inside_and_restores():
    before = counts()
    with single_threaded():
        assert ones(counts())
        with single_threaded():
            assert ones(counts())
        assert ones(counts())
    assert counts() == before


def test_restores_after_an_error():
    before = counts()

    def fail():
        with single_threaded():
            return 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert counts() == before


def test_threads_that_enter_and_leave_interleaved_restore_all():
    before = counts()
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()
    seen = {}

    def first():
        openmp_of_this_thread(3)
        with single_threaded():
            first_in.set()
            second_in.wait(20)
            seen["first inside"] = counts()
        seen["first after"] = counts()
        first_out.set()

    def second():
        openmp_of_this_thread(3)
        first_in.wait(20)
        with single_threaded():
            second_in.set()
            first_out.wait(20)
            seen["second inside"] = counts()
        seen["second after"] = counts()

    threads = [threading.Thread(target=run) for run in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ones(seen["first inside"])
    assert ones(seen["second inside"]), "the first one out must not lift the second's limit"
    # OpenMP counts for each thread; the limit of BLAS still stood when the first one left.
    assert {n for _, n in seen["first after"]} == {1, 3}
    assert {n for _, n in seen["second after"]} == {3}
    assert counts() == before


def test_another_thread_can_limit_after_one_that_lives_on():
    before = counts()
    limited, done = threading.Event(), threading.Event()

    def worker():
        with single_threaded():
            pass
        limited.set()
        done.wait(20)

    thread = threading.Thread(target=worker)
    thread.start()
    limited.wait(20)
    with single_threaded():
        inside = counts()
    done.set()
    thread.join(30)
    assert ones(inside)
    assert counts() == before


def test_many_threads_leave_no_trace():
    before = counts()

    def work():
        for _ in range(50):
            with single_threaded():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counts() == before
