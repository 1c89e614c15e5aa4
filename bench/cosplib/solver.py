"""Timetables for CoSPLib instances by CP-SAT, in one model for both sets of rules."""

import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import NamedTuple

from ortools.sat.python import cp_model

from bench.cosplib.scorer import Spot, Timetable, score
from bench.cosplib.workbook import Instance

# The bound of what is impossible.
NEVER = 10**12


class Found(NamedTuple):
    """A timetable, and what none can be below by the model."""

    timetable: Timetable | None
    bound: int


def solve(instance: Instance, one_room: bool, seconds: float) -> Found:
    """Return the best timetable found within some seconds, and a bound that holds for all.

    Penalties are of very different sizes. At first whatever costs much is forbidden: what breaks
    that costs as much at least, so the lesser of the two is a bound for all. If a timetable costs
    no more, none of what is forbidden is in a better one; else less is forbidden.
    """
    ends_at = time.monotonic() + seconds
    best: Timetable | None = None
    value, bound = 0, 0
    for forbidden in (10_000, 100_000, 1_000_000, None):
        left = ends_at - time.monotonic()
        model = Model(instance, one_room, forbidden)
        found = model.solve(left if forbidden is None else left * 0.8)
        bound = max(bound, found.bound if forbidden is None else min(found.bound, forbidden))
        if found.timetable is not None:
            worth = score(instance, found.timetable).total()
            if best is None or worth < value:
                best, value = found.timetable, worth
        if best is not None and (forbidden is None or value <= forbidden):
            break
    return Found(best, bound)


class Model:
    """Which submission is in which session, and which track in which session and room.

    The time slots inside a room follow from these (`_spots`). Whatever costs `forbidden` or more at
    a time is not done.
    """

    def __init__(self, instance: Instance, one_room: bool, forbidden: int | None = None) -> None:
        self.instance = instance
        self.one_room = one_room
        self.forbidden = forbidden
        self.model = cp_model.CpModel()
        self.costs: list[cp_model.LinearExprT] = []
        sessions, rooms = range(len(instance.capacity)), range(instance.rooms)
        tracks = range(len(instance.tracks))
        self.in_session = [
            [self.model.new_bool_var("") for _ in sessions] for _ in instance.submissions
        ]
        self.held = [
            [[self.model.new_bool_var("") for _ in rooms] for _ in sessions] for _ in tracks
        ]
        self.present = [[self.model.new_bool_var("") for _ in sessions] for _ in tracks]
        self._place()
        self._keep_tracks()
        self._keep_order()
        self._keep_apart()
        self.model.minimize(sum(self.costs))

    def _pay(self, cost: int, var: cp_model.IntVar) -> None:
        """Let something cost something."""
        if self.forbidden is not None and cost >= self.forbidden:
            self.model.add_bool_or(var.negated())
        elif cost:
            self.costs.append(cost * var)

    def _place(self) -> None:
        """Every submission has one session, with room for its track there."""
        instance, model = self.instance, self.model
        for submission, here in zip(instance.submissions, self.in_session, strict=True):
            model.add_exactly_one(here)
            for cost, var in zip(submission.session, here, strict=True):
                self._pay(submission.slots * cost, var)
        for session, capacity in enumerate(instance.capacity):
            for room in range(instance.rooms):
                model.add_at_most_one(held[session][room] for held in self.held)
            for track, numbers in enumerate(instance.tracks):
                count = sum(self.held[track][session])
                slots = sum(
                    instance.submissions[n].slots * self.in_session[n][session] for n in numbers
                )
                model.add(slots <= capacity * count)
                for n in numbers:
                    model.add_implication(self.in_session[n][session], self.present[track][session])
                model.add_bool_or(
                    *(self.in_session[n][session] for n in numbers),
                    self.present[track][session].negated(),
                )
                model.add_max_equality(self.present[track][session], self.held[track][session])
                # Each room that is held must have something in it.
                model.add(sum(self.in_session[n][session] for n in numbers) >= count)
                if self.one_room or not self._packs(numbers, capacity):
                    model.add_at_most_one(self.held[track][session])

    def _packs(self, numbers: list[int], capacity: int) -> bool:
        """Tell whether submissions whose slots fit in sum can always be divided among rooms."""
        sizes = sorted({self.instance.submissions[n].slots for n in numbers} | {capacity})
        ordered = sum(self.instance.submissions[n].order > 0 for n in numbers)
        return ordered <= 1 and all(b % a == 0 for a, b in pairwise(sizes))

    def _keep_tracks(self) -> None:
        """Tracks have their own penalties, few rooms, and sessions that follow one another."""
        instance, model = self.instance, self.model
        for track, held in enumerate(self.held):
            used = [model.new_bool_var("") for _ in range(instance.rooms)]
            for session, row in enumerate(held):
                for room, var in enumerate(row):
                    model.add_implication(var, used[room])
                    cost = (
                        instance.track_session[track][session]
                        + instance.track_room[track][room]
                        + instance.session_room[session][room]
                    )
                    self._pay(cost, var)
                if instance.in_parallel:
                    self.costs.append(
                        instance.in_parallel * (sum(row) - self.present[track][session])
                    )
            if self.one_room:
                model.add_exactly_one(used)
                model.add(sum(self.present[track]) <= self._needs(track))
            elif instance.another_room:
                self.costs.append(instance.another_room * (sum(used) - 1))
            if instance.not_consecutive:
                broken = model.new_bool_var("")
                self._pay(instance.not_consecutive, broken)
                for first, between, last in combinations(self.present[track], 3):
                    model.add_bool_or(first.negated(), between, last.negated(), broken)

    def _needs(self, track: int) -> int:
        """Return how many sessions a track may take: as many of the shortest as hold it."""
        slots = sum(self.instance.submissions[n].slots for n in self.instance.tracks[track])
        count = 0
        for capacity in sorted(self.instance.capacity):
            if slots <= 0:
                break
            slots, count = slots - capacity, count + 1
        return count

    def _keep_order(self) -> None:
        """A submission that is to be number n of its track has n - 1 others in front of it."""
        if not self.instance.out_of_order:
            return
        for numbers in self.instance.tracks:
            by_place = sorted(numbers, key=lambda n: self.instance.submissions[n].order)
            order = [self.instance.submissions[n].order for n in by_place]
            if order == [*range(1, len(numbers) + 1)]:
                self._keep_sequence(by_place)
                continue
            for n in numbers:
                place = self.instance.submissions[n].order
                if not place:
                    continue
                wrong = self.model.new_bool_var("")
                self._pay(self.instance.out_of_order, wrong)
                for session, here in enumerate(self.in_session[n]):
                    before = sum(self.in_session[m][s] for m in numbers for s in range(session))
                    until = sum(self.in_session[m][s] for m in numbers for s in range(session + 1))
                    for rule in (before <= place - 1, until >= place):
                        if not isinstance(rule, bool):
                            self.model.add(rule).only_enforce_if(here, wrong.negated())

    def _keep_sequence(self, numbers: list[int]) -> None:
        """A track of which every submission asks for its number: none is before the one before."""
        wrong = self.model.new_bool_var("")
        # Whatever stands too early has another too late.
        self._pay(2 * self.instance.out_of_order, wrong)
        for before, after in pairwise(numbers):
            for session in range(1, len(self.instance.capacity)):
                self.model.add(
                    sum(self.in_session[after][:session])
                    <= sum(self.in_session[before][:session]) + wrong
                )

    def _keep_apart(self) -> None:
        """Similar tracks and shared people are not in parallel."""
        instance = self.instance
        for pairs, rows in ((instance.similar, self.present), (instance.chairs, self.present)):
            for (a, b), cost in pairs.items():
                self._both(cost, rows[a], rows[b])
        for (a, b), cost in instance.presenters.items():
            if instance.submissions[a].track != instance.submissions[b].track:
                self._both(None if self.one_room else cost, self.in_session[a], self.in_session[b])
        for (a, b), cost in instance.attendees.items():
            if instance.submissions[a].track != instance.submissions[b].track:
                self._both(cost, self.in_session[a], self.in_session[b])

    def _both(
        self,
        cost: int | None,
        one: Iterable[cp_model.IntVar],
        other: Iterable[cp_model.IntVar],
    ) -> None:
        """Let two things cost something in each session that has both; None: never."""
        for a, b in zip(one, other, strict=True):
            if cost is None or (self.forbidden is not None and cost >= self.forbidden):
                self.model.add_at_most_one(a, b)
            else:
                both = self.model.new_bool_var("")
                self.model.add_bool_or(a.negated(), b.negated(), both)
                self._pay(cost, both)

    def solve(self, seconds: float) -> Found:
        """Return the best timetable found within some seconds, on one thread."""
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return Found(None, NEVER)
        bound = round(solver.best_objective_bound)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(None, bound)
        return Found(self._spots(solver), bound)

    def _spots(self, solver: cp_model.CpSolver) -> Timetable:
        """Return where each submission is: rooms filled one after another, numbers where asked."""
        instance = self.instance
        spots: list[Spot | None] = [None] * len(instance.submissions)
        for track, numbers in enumerate(instance.tracks):
            before = 0
            for session, capacity in enumerate(instance.capacity):
                here = [n for n in numbers if solver.value(self.in_session[n][session])]
                rooms = [r for r, var in enumerate(self.held[track][session]) if solver.value(var)]
                here = self._in_order(here, before)
                before += len(here)
                for n, spot in self._filled(here, session, rooms, capacity):
                    spots[n] = spot
        return [spot for spot in spots if spot is not None]

    def _in_order(self, numbers: list[int], before: int) -> list[int]:
        """Return submissions with those that ask for a number at it; `before` come earlier."""
        place = {n: self.instance.submissions[n].order - before - 1 for n in numbers}
        asked = {k: n for n, k in place.items() if 0 <= k < len(numbers)}
        rest = [n for n in numbers if n not in asked.values()]
        rest.sort(key=lambda n: self.instance.submissions[n].slots)
        return [asked[k] if k in asked else rest.pop() for k in range(len(numbers))]

    def _filled(
        self, numbers: list[int], session: int, rooms: list[int], capacity: int
    ) -> Iterable[tuple[int, Spot]]:
        """Yield where each goes, as evenly as it must be for no room to stay empty."""
        used: dict[int, int] = defaultdict(int)
        room = 0
        for k, n in enumerate(numbers):
            slots = self.instance.submissions[n].slots
            left = len(numbers) - k
            if used[rooms[room]] and (
                used[rooms[room]] + slots > capacity or left <= len(rooms) - 1 - room
            ):
                room += 1
            yield n, Spot(session, rooms[room], used[rooms[room]])
            used[rooms[room]] += slots
