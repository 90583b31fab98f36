"""Enterprises and workers as Mesa agents: views that follow the columns, and sets that read them whole."""

import mesa
import numpy as np
import pytest

from simulation import Enterprise, ScoreModel, Worker

# Views


def test_views_show_the_columns_as_they_are_now(start):
    firm = start.enterprises[5]
    before = firm.cash
    start.step()
    assert firm.cash == start.world.enterprises["cash"][firm.row] != before
    assert type(firm.cash) is float
    assert type(firm.enrolled_month) is int
    assert firm.alive is True
    assert firm.sector in start.run.population.tables.sectors
    assert firm.practice["quality"] == start.world.enterprises["practice"][firm.row, 1]
    assert isinstance(firm, mesa.Agent)
    assert firm.model is start


def test_worker_and_employer_know_each_other(two_years):
    firm = two_years.enterprises.sort("headcount")[0]
    assert len(firm.workers) == firm.headcount
    assert sum(firm.workers.get("woman")) == firm.women
    for worker in firm.workers.select(at_most=3):
        assert worker.employer == firm
        assert worker.enterprise == firm.unique_id
        assert worker.employed is True
        assert worker.sector == firm.sector
        assert set(worker.attended.values()) == {False}
    assert np.mean(firm.workers.get("wage")) == pytest.approx(firm.wage, rel=0.3)


def test_closed_enterprise_leaves_the_set_but_can_be_read(two_years):
    closed = np.flatnonzero(two_years.world.enterprises["exit_month"] >= 0)
    assert len(closed)
    firm = Enterprise(two_years, int(closed[0]))
    assert firm.alive is False
    assert firm.exit_month < 24
    assert len(firm.workers) == 0
    assert firm not in two_years.enterprises
    assert "not alive" in repr(firm)


def test_enterprises_and_workers_are_those_of_the_accounts(two_years):
    assert len(two_years.workers) == sum(two_years.enterprises.get("headcount"))
    assert two_years.workers.agg("woman", np.sum) == two_years.enterprises.agg("women", np.sum)
    not_yet = two_years.world.enterprises["entry_month"] >= 24
    assert not np.isin(np.flatnonzero(not_yet), two_years.enterprises.rows).any()


def test_sets_follow_the_model_and_selections_keep_their_members(two_years):
    model = ScoreModel(enterprises=300, months=24, seed=7)
    everybody, chosen = model.enterprises, model.enterprises.select()
    model.run_model()
    assert everybody.rows.tolist() == two_years.enterprises.rows.tolist()
    assert len(chosen) == 300
    assert not all(chosen.get("alive"))


def test_read_only(two_years):
    firm = two_years.enterprises[0]
    for write in (
        lambda: setattr(firm, "cash", 0.0),
        lambda: two_years.enterprises.set("cash", 0.0),
        firm.remove,
    ):
        with pytest.raises(AttributeError, match="read-only"):
            write()


def test_unknown_attribute_suggests_the_nearest(two_years):
    with pytest.raises(AttributeError, match="an enterprise has no attribute 'csh'; did you mean 'cash'"):
        two_years.enterprises[0].csh  # noqa: B018
    with pytest.raises(AttributeError, match=r"practice\.quality"):
        two_years.enterprises.get("practice.qualty")
    with pytest.raises(AttributeError, match="a worker has no attribute"):
        two_years.workers[0].cash  # noqa: B018


def test_views_are_equal_by_what_they_look_at(two_years):
    assert two_years.enterprises[0] == two_years.enterprises[0]
    assert len({two_years.enterprises[0], two_years.enterprises[0], two_years.workers[0]}) == 2
    assert two_years.enterprises[0] != two_years.enterprises[1]


# Sets


def test_select_by_function_mask_and_number(two_years):
    firms = two_years.enterprises
    large = [firm for firm in firms if firm.headcount >= 20]
    assert firms.select(lambda firm: firm.headcount >= 20).to_list() == large
    assert firms.select(firms["headcount"] >= 20).to_list() == large
    assert firms.select(lambda firm: firm.headcount >= 20, at_most=3).to_list() == large[:3]
    assert len(firms.select(at_most=0.5)) == len(firms) // 2
    assert len(firms.select(at_most=1)) == 1
    with pytest.raises(ValueError, match="mask"):
        firms.select(np.ones(3, bool))


def test_get_and_agg(two_years):
    firms = two_years.enterprises
    assert firms.get("cash") == [firm.cash for firm in firms]
    assert firms.get(["sector", "cash"])[2] == [firms[2].sector, firms[2].cash]
    assert firms.get("nonsense", handle_missing="default", default_value=0) == [0] * len(firms)
    assert firms.agg("cash", [min, np.mean]) == [min(firms.get("cash")), np.mean(firms.get("cash"))]
    assert two_years.workers.select(at_most=2).get("employer") == [
        worker.employer for worker in two_years.workers[:2]
    ]


def test_groupby_by_attribute_and_function(two_years):
    groups = two_years.enterprises.groupby("sector")
    assert sum(groups.count().values()) == len(two_years.enterprises)
    assert all(set(group.get("sector")) == {sector} for sector, group in groups)
    by_hand = {}
    for firm in two_years.enterprises:
        by_hand[firm.sector] = by_hand.get(firm.sector, 0.0) + firm.headcount
    assert groups.agg("headcount", np.sum) == by_hand
    by_size = two_years.enterprises.groupby(lambda firm: firm.headcount >= 20)
    assert by_size.map(len)[True] == len(two_years.enterprises.select(lambda firm: firm.headcount >= 20))


def test_sort_map_do_and_shuffle(two_years):
    firms = two_years.enterprises
    assert firms.sort("cash").get("cash") == sorted(firms.get("cash"), reverse=True)
    by_hand = sorted(firms, key=lambda firm: firm.wage)
    assert firms.sort(lambda firm: firm.wage, ascending=True).to_list() == by_hand
    assert sorted(firms.shuffle().rows) == firms.rows.tolist()
    seen = []
    firms.do(seen.append)
    assert seen == firms.to_list()
    assert firms.map(lambda firm, more: firm.row + more, 1) == (firms.rows + 1).tolist()
    firms.shuffle_do("step")


def test_all_agents_are_the_enterprises_and_the_workers(two_years):
    model = two_years
    assert model.agent_types == [Enterprise, Worker]
    assert len(model.agents) == len(model.enterprises) + len(model.workers)
    assert model.agents[0] == model.enterprises[0]
    assert model.agents[-1] == model.workers[-1]
    assert model.agents[-2:] == model.workers[-2:]
    assert model.workers[3] in model.agents
    assert len(set(model.agents.get("unique_id"))) == len(model.agents)
    assert model.agents_by_type[Worker].rows.tolist() == model.workers.rows.tolist()
    women = model.agents.select(lambda worker: worker.woman, 5, agent_type=Worker)
    assert women.get("woman") == [True] * 5


def test_agents_of_the_users_own_join_in(start):
    ministry = mesa.Agent(start)
    assert ministry in start.agents
    assert list(start.agents_by_type[mesa.Agent]) == [ministry]
    ids = start.agents.get("unique_id")
    assert len(set(ids)) == len(ids)
    ministry.remove()
    assert ministry not in start.agents


def test_second_model_leaves_the_first_ones_agents_alone(start):
    firm = start.enterprises[0]
    cash = firm.cash
    other = ScoreModel(enterprises=120, months=6, seed=2)
    other.run_model()
    assert firm.cash == cash
    assert len(other.enterprises) != len(start.enterprises)
    assert other.enterprises[0] != firm
    assert firm not in other.enterprises
    start.step()
    assert firm.cash != cash
