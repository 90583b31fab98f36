"""Sets of agents that speak Mesa's AgentSet and read whole columns at once.

``model.enterprises`` and ``model.workers`` are always up to date: enterprises alive now, workers employed
now. What `select`, `sort` and `groupby` give keeps its members, as with Mesa. Nothing can be written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from simulation.agents import READ_ONLY, ColumnAgent
from simulation.attributes import Attributes

Reading = str | Callable[..., Any]
"""An attribute's or method's name, or a function of one agent."""


class MemberByMember(ABC):
    """The part of Mesa's AgentSet that goes through the agents one by one."""

    model: Any

    @abstractmethod
    def __iter__(self) -> Iterator[Any]: ...

    def to_list(self) -> list[Any]:
        """The agents in a list."""
        return list(self)

    def map(self, method: Reading, *args: Any, **kwargs: Any) -> list[Any]:
        """What a function of an agent, or its method of that name, gives for each."""
        return [_call(method, agent, *args, **kwargs) for agent in self]

    def do(self, method: Reading, *args: Any, **kwargs: Any) -> Any:
        """Call a function, or the method of that name, for each agent; gives the set itself."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Reading, *args: Any, **kwargs: Any) -> Any:
        """Like `do`, in random order."""
        agents = self.to_list()
        self.model.random.shuffle(agents)
        for agent in agents:
            _call(method, agent, *args, **kwargs)
        return self


class ColumnSet(MemberByMember, Sequence[Any]):
    """Agents of one type; ``rows`` None means all that are there, now and later."""

    def __init__(self, model: Any, agent_type: type[ColumnAgent], rows: NDArray[Any] | None = None) -> None:
        self.model = model
        self.agent_type = agent_type
        self._rows = rows

    @property
    def attributes(self) -> Attributes:
        """The attributes of agents of this type."""
        return self.model.attributes[self.agent_type.kind]

    @property
    def rows(self) -> NDArray[Any]:
        """Rows of the members in their table."""
        return np.flatnonzero(self.attributes.present()) if self._rows is None else self._rows

    @property
    def random(self) -> Any:
        """The model's random numbers, which no result of the simulation depends on."""
        return self.model.random

    def __len__(self) -> int:
        if self._rows is None:
            return int(np.count_nonzero(self.attributes.present()))
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return (self.agent_type(self.model, row) for row in self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        ours = isinstance(agent, self.agent_type) and agent.model is self.model
        return ours and bool(np.any(self.rows == agent.row))  # type: ignore[attr-defined]

    def __getitem__(self, item: Any) -> Any:
        """An agent by its place, a list of agents by a slice, or a NumPy array by an attribute's name."""
        if isinstance(item, str):
            return self.attributes.read(item, self.rows)
        if isinstance(item, slice):
            return [self.agent_type(self.model, row) for row in self.rows[item].tolist()]
        return self.agent_type(self.model, int(self.rows[item]))

    def __repr__(self) -> str:
        return f"{len(self):,} {self.agent_type.kind}"

    def _with(self, rows: NDArray[Any]) -> ColumnSet:
        return ColumnSet(self.model, self.agent_type, rows)

    def get(
        self, attr_names: str | Iterable[str], handle_missing: str = "error", default_value: Any = None
    ) -> list:
        """Values of an attribute in a list; of several attributes, a list of each agent's."""
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns, strict=True)]
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is {handle_missing!r}; give 'error' or 'default'")
        try:
            return self[attr_names].tolist()
        except AttributeError:
            if hasattr(self.agent_type, attr_names):  # what is no column, such as a worker's employer
                return [getattr(agent, attr_names) for agent in self]
            if handle_missing == "error":
                raise
            return [default_value] * len(self)

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """One or several functions of all values of an attribute (an array), such as ``np.mean``."""
        values = self[attribute]
        if not callable(func):
            return [_plain(each(values)) for each in func]
        return _plain(func(values))

    def select(
        self,
        filter_func: Callable[[Any], bool] | NDArray[np.bool_] | None = None,
        at_most: float = float("inf"),
        *,
        agent_type: type | None = None,
    ) -> ColumnSet:
        """Members for which a function of the agent is true, or a mask: ``firms.select(firms["cash"] < 0)``.

        ``at_most`` is a number of agents, or a share of the set when it is a float up to 1. A mask comes from
        whole columns and is far faster than a function called for each agent.
        """
        rows = self.rows
        share = isinstance(at_most, float) and at_most <= 1.0
        limit = None if at_most == float("inf") else int(len(rows) * at_most if share else at_most)
        if agent_type is not None and not issubclass(self.agent_type, agent_type):
            return self._with(rows[:0])
        if callable(filter_func):
            meant = (row for row in rows.tolist() if filter_func(self.agent_type(self.model, row)))
            return self._with(np.fromiter(islice(meant, limit), np.int64))
        if filter_func is not None:
            mask = np.asarray(filter_func)
            if mask.shape != rows.shape or mask.dtype != np.bool_:
                raise ValueError(f"the mask is not {len(rows):,} truth values, one a member of the set")
            rows = rows[mask]
        return self._with(rows[:limit])

    def sort(self, key: Reading, ascending: bool = False) -> ColumnSet:
        """Members in the order of an attribute, or of a function of the agent; the largest first."""
        values = self._values(key)
        if ascending:
            return self._with(self.rows[np.argsort(values, kind="stable")])
        last_first = np.argsort(values[::-1], kind="stable")
        return self._with(self.rows[::-1][last_first][::-1])

    def shuffle(self) -> ColumnSet:
        """Members in random order."""
        return self._with(self.model.rng.permutation(self.rows))

    def groupby(self, by: Reading) -> Groups:
        """Members grouped by an attribute, such as ``"sector"``, or by a function of the agent."""
        keys, group = np.unique(self._values(by), return_inverse=True)
        order = np.argsort(group, kind="stable")
        ends = np.cumsum(np.bincount(group, minlength=len(keys)))
        rows = np.split(self.rows[order], ends[:-1])
        return Groups({key: self._with(own) for key, own in zip(keys.tolist(), rows, strict=True)})

    def _values(self, by: Reading) -> NDArray[Any]:
        return self[by] if isinstance(by, str) else np.array(self.map(by))

    def set(self, attr_name: str, value: Any) -> NoReturn:
        """Refused, as are `add`, `discard` and `remove`."""
        raise AttributeError(f"the set of {self.agent_type.kind} {READ_ONLY}")

    add = discard = remove = set


class Groups:
    """Groups of a set by key, as Mesa's GroupBy; values are aggregated a group, not an agent, at a time."""

    def __init__(self, groups: Mapping[Any, ColumnSet]) -> None:
        self.groups = dict(groups)

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[tuple[Any, ColumnSet]]:
        return iter(self.groups.items())

    def count(self) -> dict[Any, int]:
        """Members of each group."""
        return {key: len(group) for key, group in self}

    def agg(self, attr_name: str, func: Callable | Iterable[Callable]) -> dict[Any, Any]:
        """A function of all values of an attribute, for each group."""
        return {key: group.agg(attr_name, func) for key, group in self}

    def map(self, method: Reading, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """A function of each group (a set), or what its method of that name gives."""
        return {key: _call(method, group, *args, **kwargs) for key, group in self}

    def do(self, method: Reading, *args: Any, **kwargs: Any) -> Groups:
        """Like `map`, and gives the groups themselves."""
        self.map(method, *args, **kwargs)
        return self


class AllAgents(MemberByMember, Sequence[Any]):
    """All agents of a model: its enterprises, its workers, and those that a user added."""

    def __init__(self, model: Any, parts: Iterable[Any]) -> None:
        self.model = model
        self.parts = list(parts)

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Any]:
        return (agent for part in self.parts for agent in part)

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self.parts)

    def __getitem__(self, item: Any) -> Any:
        """An agent by its place, or a list of agents by a slice."""
        if isinstance(item, slice):
            return list(islice(self, *item.indices(len(self)))) if (item.step or 1) > 0 else list(self)[item]
        place = item + len(self) if item < 0 else item
        for part in self.parts:
            if 0 <= place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError("no agent has this place")

    def __repr__(self) -> str:
        return ", ".join(map(repr, self.parts))

    def get(
        self, attr_names: str | Iterable[str], handle_missing: str = "error", default_value: Any = None
    ) -> list:
        """Values of an attribute that all have; of several attributes, a list of each agent's."""
        names = attr_names if isinstance(attr_names, str) else list(attr_names)
        return [value for part in self.parts for value in part.get(names, handle_missing, default_value)]

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """One or several functions of all values of an attribute."""
        values = self.get(attribute)
        return func(values) if callable(func) else [each(values) for each in func]

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = float("inf"),
        *,
        agent_type: type | None = None,
    ) -> AllAgents:
        """Agents for which a function is true, of one type if it is given; ``at_most`` as in Mesa."""
        share = isinstance(at_most, float) and at_most <= 1.0
        left = int(len(self) * at_most) if share else at_most
        chosen = []
        for part in self.parts:
            chosen.append(part.select(filter_func, left, agent_type=agent_type))
            left -= len(chosen[-1])
        return AllAgents(self.model, [part for part in chosen if len(part)])


def _call(method: Reading, owner: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(method, str):
        return getattr(owner, method)(*args, **kwargs)
    return method(owner, *args, **kwargs)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
