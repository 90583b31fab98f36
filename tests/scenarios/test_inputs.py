"""What is refused before a run starts, what the message says, and that nothing half-written is left."""

import errno
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.inputs import (
    MAX_FILE_BYTES,
    InputError,
    atomic_directory,
    check_out_dir,
    merge,
    nearest,
    read_extended,
    read_toml,
)


def refusal(call, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# The message


def test_message_names_file_field_value_problem_and_remedy():
    error = InputError("plan.toml", "programme.subsidy", 80, "is not a share", "write 0.8")
    assert str(error) == "plan.toml: programme.subsidy = 80: is not a share. Write 0.8."


def test_empty_parts_are_left_out():
    assert str(InputError(None, "", None, "is wrong", None)) == "is wrong."
    assert str(InputError(None, "months", "", "is wrong", "")) == "months: is wrong."


def test_long_values_are_cut():
    assert len(str(InputError(None, "modules", ["x" * 500], "is wrong"))) < 100


def test_error_travels_between_processes():
    error = InputError("plan.toml", "months", 0, "is out of range", "write 60")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("zhejang", "Zhejiang"), ("CHONGQING", "Chongqing"), ("Liao", "Liaoning"), ("Paris", None)],
)
def test_nearest_name(typed, meant):
    assert nearest(typed, ["Zhejiang", "Chongqing", "Liaoning"]) == meant


# Reading files


def test_missing_file(tmp_path):
    assert "does not exist" in refusal(read_toml, tmp_path / "nope.toml")


def test_folder_instead_of_file(tmp_path):
    assert "is a folder" in refusal(read_toml, tmp_path)


def test_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    assert "not an ordinary file" in refusal(read_toml, tmp_path / "pipe.toml")


def test_name_that_no_file_can_have():
    assert "cannot be read" in refusal(read_toml, "a\0b.toml")
    assert "cannot be read" in refusal(read_toml, "x" * 5000)


def test_unreadable_file_for_the_superuser_too(monkeypatch, tmp_path):
    file = tmp_path / "secret.toml"
    file.write_text("months = 5")

    def deny(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", deny)
    assert "may not be read" in refusal(read_toml, file)


def test_huge_file(tmp_path):
    file = tmp_path / "huge.toml"
    file.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    assert "larger than 1,000,000 bytes" in refusal(read_toml, file)
    file.write_bytes(b"#" * MAX_FILE_BYTES)
    assert read_toml(file) == {}


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00", 'name = "试点"'.encode("gbk"), b"\xff\xfem\x00"]
)
def test_binary_file_and_other_encodings(tmp_path, content):
    file = tmp_path / "plan.toml"
    file.write_bytes(content)
    assert "UTF-8" in refusal(read_toml, file)


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_bytes(b"\xef\xbb\xbfmonths = 5\r\nstart_month = 2\r\n")
    assert read_toml(file) == {"months": 5, "start_month": 2}


def test_syntax_error_gives_line_and_column(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text("months = 5\nsubsidy = 20%\n")
    message = refusal(read_toml, file)
    assert "line 2, column 13" in message
    assert "number from 0 to 1" in message


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "a = " + "9" * 5_000, "a = 1\na = 2", 'a = "x'])
def test_other_faults_of_toml(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text(text)
    assert "plan.toml" in refusal(read_toml, file)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_one_message(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content)
    try:
        outcome = read_toml(file)
    except InputError as error:
        outcome = error
    assert isinstance(outcome, dict) or "any.toml" in str(outcome)


# extends


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)


def test_extends_merges_tables_and_replaces_lists(tmp_path):
    write(
        tmp_path,
        base='title = "Base"\nmonths = 10\n[programme]\nvisits = 3\nmodules = ["a", "b"]',
        child='extends = "base.toml"\n[programme]\nmodules = ["c"]',
    )
    read = read_extended(tmp_path / "child.toml", {})
    assert read.table["months"] == 10
    assert read.table["programme"] == {"visits": 3, "modules": ["c"]}
    assert "title" not in read.table  # a title describes one file


def test_extends_a_shipped_name(tmp_path):
    write(tmp_path, base="months = 10", child='extends = "national"')
    assert read_extended(tmp_path / "child.toml", {"national": tmp_path / "base.toml"}).table["months"] == 10


def test_each_field_is_traced_to_its_file(tmp_path):
    write(tmp_path, base="[programme]\na = 1\nb = 1", child='extends = "base.toml"\n[programme]\nb = 2')
    read = read_extended(tmp_path / "child.toml", {})
    assert read.file_of(["programme", "a"]).name == "base.toml"
    assert read.file_of(["programme", "b"]).name == "child.toml"


def test_missing_extends_suggests_a_name(tmp_path):
    write(tmp_path, child='extends = "natonal_base"')
    message = refusal(read_extended, tmp_path / "child.toml", {"national_base": tmp_path / "x.toml"})
    assert 'extends = "natonal_base"' in message
    assert 'Did you mean "national_base"?' in message


def test_missing_extends_further_up_names_the_file_that_asks(tmp_path):
    write(tmp_path, a='extends = "b.toml"', b='extends = "c.toml"')
    message = refusal(read_extended, tmp_path / "a.toml", {})
    assert "b.toml: extends" in message
    assert "a.toml -> b.toml" in message


def test_cyclic_extends_shows_the_chain(tmp_path):
    write(tmp_path, a='extends = "b.toml"', b='extends = "c.toml"', c='extends = "./a.toml"')
    assert "a.toml -> b.toml -> c.toml -> a.toml" in refusal(read_extended, tmp_path / "a.toml", {})


def test_file_that_extends_itself(tmp_path):
    write(tmp_path, a='extends = "a.toml"')
    assert "a.toml -> a.toml" in refusal(read_extended, tmp_path / "a.toml", {})


@pytest.mark.parametrize("value", ["3", '""', '["a"]', "true"])
def test_extends_of_a_wrong_type(tmp_path, value):
    write(tmp_path, a=f"extends = {value}")
    assert "one name in quotes" in refusal(read_extended, tmp_path / "a.toml", {})


tables = st.recursive(
    st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
).filter(lambda value: isinstance(value, dict))


@settings(deadline=None)
@given(tables, tables)
def test_merging_laws(first, second):
    assert merge(first, {}) == first
    assert merge({}, first) == first
    assert merge(first, first) == first
    assert merge(merge(first, second), second) == merge(first, second)


# Folders for results


def test_new_or_empty_folder_is_accepted_and_left_alone(tmp_path):
    assert check_out_dir(tmp_path / "new" / "deep") == tmp_path / "new" / "deep"
    (tmp_path / "empty").mkdir()
    check_out_dir(tmp_path / "empty")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_folder_with_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert "not empty" in refusal(check_out_dir, tmp_path)
    assert "not results" in refusal(check_out_dir, tmp_path, overwrite=True)


def test_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    assert "is a file" in refusal(check_out_dir, tmp_path / "out")
    assert "is a file" in refusal(check_out_dir, tmp_path / "out" / "inner")


def test_folder_that_cannot_be_written(tmp_path, monkeypatch):
    def refused(self, *arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    assert "cannot be written" in refusal(check_out_dir, tmp_path / "out")


def test_impossible_names_and_links_in_a_circle(tmp_path):
    assert "cannot be written" in refusal(check_out_dir, "a\0b")
    assert "cannot be written" in refusal(check_out_dir, tmp_path / ("x" * 300))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be written" in refusal(check_out_dir, tmp_path / "loop" / "out")


def test_current_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "the folder you work in" in refusal(check_out_dir, ".", overwrite=True)


def test_atomic_directory_appears_only_when_whole(tmp_path):
    out = tmp_path / "a" / "out"
    with atomic_directory(out) as part:
        (part / "table.txt").write_text("1")
        assert not out.exists()
    assert (out / "table.txt").read_text() == "1"
    assert list(out.parent.iterdir()) == [out]


def write_results(folder, fault=None):
    with atomic_directory(folder) as part:
        (part / "table.txt").write_text("half")
        if fault is not None:
            raise fault


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_atomic_directory_leaves_nothing_when_it_fails(tmp_path, fault):
    with pytest.raises(fault):
        write_results(tmp_path / "a" / "b" / "out", fault)
    assert list(tmp_path.iterdir()) == []


def test_failure_keeps_earlier_results_and_success_replaces_them(tmp_path):
    out = tmp_path / "out"
    with atomic_directory(out) as part:
        (part / "manifest.json").write_text("1")
    with pytest.raises(RuntimeError), atomic_directory(out, overwrite=True):
        raise RuntimeError
    assert (out / "manifest.json").read_text() == "1"
    with atomic_directory(out, overwrite=True) as part:
        (part / "manifest.json").write_text("2")
    assert (out / "manifest.json").read_text() == "2"
    assert list(tmp_path.iterdir()) == [out]


def results_that_lose_their_place(out):
    with atomic_directory(out) as part:
        (part / "table.txt").write_text("1")
        out.mkdir()
        (out / "other.txt").write_text("of someone else")


def test_finished_results_are_kept_when_the_folder_was_taken_meanwhile(tmp_path):
    with pytest.raises(InputError, match="finished results are in"):
        results_that_lose_their_place(tmp_path / "out")
    (part,) = tmp_path.glob(".out.part-*")
    assert (part / "table.txt").read_text() == "1"
    assert (tmp_path / "out" / "other.txt").exists()
