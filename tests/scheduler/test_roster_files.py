"""The roster's two tables: what is read, what is refused with its line, and that a table written is the table read."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.files import ContentError
from scheduler.roster import Branch, Member, Role
from scheduler.roster_files import BRANCH_COLUMNS, Roster, dump_branches, dump_members, read, words_of
from scheduler.tables import Table, dump

ROLES = {"党员": Role.MEMBER, "正式党员": Role.MEMBER, "党代表": Role.DELEGATE, "书记": Role.SECRETARY}
BRANCHES = """branch_id,name,parent,party_day,party_time,place
hs-01,红石村党支部,红石镇党委,每月第一个周五,15:00,村委会二楼
hs-02,青山社区党支部,,,,
"""
MEMBERS = """openid,branch_id,roles
oA,hs-01,党员;党代表;书记
oB,hs-02,
"""


def files(branches: str | bytes = BRANCHES, members: str | bytes = MEMBERS) -> Roster:
    first, second = (text.encode() if isinstance(text, str) else text for text in (branches, members))
    return read((Path("b.csv"), first), (Path("m.csv"), second), ROLES)


def refused(branches: str | bytes = BRANCHES, members: str | bytes = MEMBERS) -> list[tuple[str, str]]:
    with pytest.raises(ContentError) as error:
        files(branches, members)
    return [(problem.where, problem.kind) for problem in error.value.problems]


def branch(**cells: str) -> str:
    """A table of one branch, some of its cells given."""
    named = {"branch_id": "b1", "name": "甲支部", **cells}
    return ",".join(BRANCH_COLUMNS) + "\n" + ",".join(named.get(column, "") for column in BRANCH_COLUMNS) + "\n"


class TestReading:
    def test_branches_and_members_become_values(self) -> None:
        roster = files()

        assert roster.branches["hs-01"] == Branch(
            "hs-01", "红石村党支部", "红石镇党委", "每月第一个周五", time(15), "村委会二楼"
        )
        assert roster.branches["hs-02"] == Branch("hs-02", "青山社区党支部")
        assert roster.members["oA"] == Member("oA", "hs-01", frozenset(Role), consent_source="import")

    def test_a_member_without_a_role_is_an_ordinary_member(self) -> None:
        assert files().members["oB"].roles == {Role.MEMBER}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_every_encoding_spreadsheets_use_is_read_alike(self, encoding: str) -> None:
        assert files(BRANCHES.encode(encoding), MEMBERS.encode(encoding)) == files()

    def test_columns_may_stand_in_any_order_with_others_beside_them_and_empty_rows_between(self) -> None:
        members = (
            "备注, Roles ,openid,branch_id\r\n张三,党员；党代表、书记,oA,hs-01\r\n,,,\r\n\r\n,正式党员, oB ,hs-02,,\r\n"
        )

        assert files(members=members) == files()

    @pytest.mark.parametrize(
        ("written", "at"),
        [("9:30", time(9, 30)), ("09:30:00", time(9, 30)), ("１９：３０", time(19, 30)), ("下午3点", time(15))],
    )
    def test_a_time_is_read_as_people_and_spreadsheets_write_it(self, written: str, at: time) -> None:
        assert files(branch(party_time=written), "openid,branch_id,roles\n").branches["b1"].party_time == at

    def test_roles_without_the_plain_one_are_taken_as_written(self) -> None:
        members = "openid,branch_id,roles\noA,hs-01,党代表\n"

        assert files(members=members).members["oA"].roles == {Role.DELEGATE}


class TestRefusing:
    def test_every_mistake_of_both_files_is_named_at_once_with_its_line(self) -> None:
        branches = BRANCHES + "hs-01,又一个,,,,\nhs 3,有空格,,,,\nhs-04,,,每月32日,25点,\n"
        members = MEMBERS + "oB,hs-01,\noC,nowhere,团员\n,hs-01,\n"

        assert refused(branches, members) == [
            ("b.csv:4", "branch_twice"),
            ("b.csv:5", "bad_branch_id"),
            ("b.csv:6", "bad_time"),
            ("b.csv:6", "empty_cell"),
            ("b.csv:6", "rule_day"),
            ("m.csv:4", "member_twice"),
            ("m.csv:5", "unknown_branch"),
            ("m.csv:5", "unknown_role"),
            ("m.csv:6", "bad_openid"),
        ]

    def test_members_of_branches_that_could_not_be_read_are_not_reported_as_well(self) -> None:
        assert refused("branch_id,name\nhs-01,甲\n") == [("b.csv:1", "no_column")] * 4

    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            (BRANCHES.encode("utf-16"), "bad_encoding"),
            (b"\xef\xbb\xbf" + BRANCHES.encode("gb18030"), "bad_encoding"),
            (b"PK\x03\x04rest", "workbook_not_csv"),
            (b"\xd0\xcf\x11\xe0rest", "workbook_not_csv"),
        ],
    )
    def test_what_is_no_csv_is_said_to_be_none(self, raw: bytes, kind: str) -> None:
        assert [found for _, found in refused(raw)] == [kind]

    def test_an_empty_file_lacks_all_its_columns(self) -> None:
        assert {kind for _, kind in refused("")} == {"no_column"}

    def test_an_open_quotation_mark_is_reported_where_its_row_begins(self) -> None:
        assert ("b.csv:3", "bad_csv") in refused(
            'branch_id,name,parent,party_day,party_time,place\na,b,,,,\nc,"d,,,,\n'
        )

    def test_a_row_with_more_cells_than_the_heading_is_refused(self) -> None:
        assert ("m.csv:2", "row_too_long") in refused(members="openid,branch_id,roles\noA,hs-01,党员,书记\n")

    @pytest.mark.parametrize("cells", [{"name": "甲\x07"}, {"place": "长" * 101}, {"parent": "\ue000"}])
    def test_texts_no_template_can_show_are_refused(self, cells: dict[str, str]) -> None:
        assert refused(branch(**cells), "openid,branch_id,roles\n") == [("b.csv:2", "bad_cell")]

    def test_a_line_is_counted_as_an_editor_counts_it_after_a_cell_of_two_lines(self) -> None:
        members = 'openid,branch_id,roles,备注\noA,hs-01,,"一\n二"\noB,nowhere,,\n'

        assert refused(members=members) == [("m.csv:4", "unknown_branch")]


class TestWriting:
    def test_what_is_written_is_read_again(self) -> None:
        roster = files()

        assert (
            files(dump_branches(roster.branches.values()), dump_members(roster.members.values(), words_of(ROLES)))
            == roster
        )

    @given(st.lists(st.tuples(st.text("=+-@'\"，,a \n", max_size=6), st.text(max_size=8)), max_size=6))
    def test_no_cell_is_a_formula_and_every_cell_is_read_as_it_was(self, rows: Sequence[tuple[str, str]]) -> None:
        rows = [row for row in ((a.strip(), b.replace("\0", "").strip()) for a, b in rows) if any(row)]

        raw = dump(("a", "b"), rows)

        table = Table(Path("x.csv"), raw, ("a", "b"))
        found = [(row.cells["a"], row.cells["b"]) for row in table.rows()]
        assert not table.problems
        assert found == rows
