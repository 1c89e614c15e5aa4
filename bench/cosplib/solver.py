"""Timetables for CoSPLib instances by CP-SAT, in one model for both sets of rules."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import NamedTuple

from ortools.sat.python import cp_model

from bench.cosplib.scorer import Spot, Timetable, score
from bench.cosplib.workbook import Instance

# Of the solver's own time on an ordinary core; its unit is not a second.
STEPS_PER_SECOND = 0.5
# The bound of what is impossible.
NEVER = 10**12


class Found(NamedTuple):
    """A timetable, and what none can be below by the model."""

    timetable: Timetable | None
    bound: int


def solve(instance: Instance, one_room: bool, seconds: float) -> Found:
    """Return the best timetable found within about some seconds, and a bound that holds for all.

    Penalties are of very different sizes. At first whatever costs much is forbidden: what breaks
    that costs as much at least, so the lesser of the two is a bound for all. If a timetable costs
    no more, none of what is forbidden is in a better one; else less is forbidden. Time is counted
    in steps of the solver, so the same instance has the same timetable however busy the machine is.
    """
    left = seconds * STEPS_PER_SECOND
    best: Timetable | None = None
    value, bound = 0, 0
    for forbidden in (10_000, 100_000, 1_000_000, None):
        model = Model(instance, one_room, forbidden)
        if forbidden is not None and not model.start(left * 0.2):
            left -= model.steps
            if model.impossible:
                bound = max(bound, forbidden)
            continue
        for turns, share in ((False, 0.15), (True, 0.5), (True, 1.0)):
            if best is not None and value <= bound:
                break
            if share == 1.0 and forbidden is not None and (best is None or value > forbidden):
                break  # less must be forbidden
            before = model.steps
            found = model.solve(left * share, forbidden, turns=turns)
            left -= model.steps - before
            bound = max(bound, found.bound if forbidden is None else min(found.bound, forbidden))
            if found.timetable is not None:
                worth = score(instance, found.timetable).total()
                if best is None or worth < value:
                    best, value = found.timetable, worth
        if best is not None and (forbidden is None or value <= forbidden):
            break
    return Found(best, bound if not instance.at_once else 0)


class Model:
    """Which submission is in which session, and which track in which session and room.

    The time slots inside a room follow from these (`_spots`). Whatever costs `forbidden` or more at
    a time is not done.
    """

    def __init__(self, instance: Instance, one_room: bool, forbidden: int | None = None) -> None:
        self.instance = instance
        self.one_room = one_room
        self.forbidden = forbidden
        self.steps = 0.0
        self.impossible = False
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
        for (a, b), cost in [*instance.attendees.items(), *instance.at_once.items()]:
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

    def start(self, steps: float) -> bool:
        """Tell whether any timetable at all is found within some steps."""
        solver = self._solver(steps, turns=True)
        objective = cp_model.CpModel()
        objective.proto.copy_from(self.model.proto)
        objective.clear_objective()
        status = solver.solve(objective)
        self.steps += solver.deterministic_time
        self.impossible = status == cp_model.INFEASIBLE
        return status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    def solve(self, steps: float, enough: int | None, *, turns: bool) -> Found:
        """Return the best timetable found within some steps; no more once the bound is `enough`."""
        solver = self._solver(steps, turns=turns)
        if enough is not None:
            solver.best_bound_callback = lambda bound: (
                solver.stop_search() if bound > enough else None
            )
        status = solver.solve(self.model)
        self.steps += solver.deterministic_time
        if status == cp_model.INFEASIBLE:
            return Found(None, NEVER)
        bound = round(solver.best_objective_bound)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(None, bound)
        if turns:
            self._hint(solver)
        return Found(self._spots(solver), bound)

    def _solver(self, steps: float, *, turns: bool) -> cp_model.CpSolver:
        """Return a solver on one thread that takes `turns` between all its ways to search, or else
        keeps to the one that proves most."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.interleave_search = turns
        if not turns:
            solver.parameters.linearization_level = 2
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = max(steps, 0.1)
        return solver

    def _hint(self, solver: cp_model.CpSolver) -> None:
        """Let the next search begin where this one ended."""
        self.model.clear_hints()
        for number in range(len(self.model.proto.variables)):
            var = self.model.get_bool_var_from_proto_index(number)
            self.model.add_hint(var, solver.boolean_value(var))

    def _spots(self, solver: cp_model.CpSolver) -> Timetable:
        """Return where each submission is: rooms filled one after another, numbers where asked."""
        instance = self.instance
        spots: dict[int, Spot] = {}
        groups = []
        for track, numbers in enumerate(instance.tracks):
            before = 0
            for session in range(len(instance.capacity)):
                here = [n for n in numbers if solver.value(self.in_session[n][session])]
                rooms = [r for r, var in enumerate(self.held[track][session]) if solver.value(var)]
                here = self._in_order(here, before)
                before += len(here)
                if here:
                    spots.update(self._filled(here, session, rooms))
                    groups.append((here, session, rooms))
        return self._polished(spots, groups)

    def _in_order(self, numbers: list[int], before: int) -> list[int]:
        """Return submissions with those that ask for a number at it; `before` come earlier."""
        place = {n: self.instance.submissions[n].order - before - 1 for n in numbers}
        asked = {k: n for n, k in place.items() if 0 <= k < len(numbers)}
        rest = [n for n in numbers if n not in asked.values()]
        rest.sort(key=lambda n: self.instance.submissions[n].slots)
        return [asked[k] if k in asked else rest.pop() for k in range(len(numbers))]

    def _filled(self, numbers: list[int], session: int, rooms: list[int]) -> dict[int, Spot]:
        """Return where each goes, as evenly as it must be for no room to stay empty.

        What finds no room goes past the end of the last one.
        """
        capacity = self.instance.capacity[session]
        used: dict[int, int] = defaultdict(int)
        room, found = 0, {}
        for k, n in enumerate(numbers):
            slots = self.instance.submissions[n].slots
            left = len(numbers) - k
            full = used[rooms[room]] + slots > capacity or left <= len(rooms) - 1 - room
            if used[rooms[room]] and full and room + 1 < len(rooms):
                room += 1
            found[n] = Spot(session, rooms[room], used[rooms[room]])
            used[rooms[room]] += slots
        return found

    def _polished(
        self, spots: dict[int, Spot], groups: list[tuple[list[int], int, list[int]]]
    ) -> Timetable:
        """Return a timetable in which no two of a track's session are better exchanged.

        The model does not see the time slots and who is in which of a track's parallel rooms.
        """
        timetable = [spots[n] for n in range(len(spots))]
        worth = score(self.instance, timetable).total()
        better = True
        while better:
            better = False
            for here, session, rooms in groups:
                if len(rooms) == 1 and not self.instance.at_once:
                    continue
                for a, b in combinations(range(len(here)), 2):
                    here[a], here[b] = here[b], here[a]
                    other = list(timetable)
                    for n, spot in self._filled(here, session, rooms).items():
                        other[n] = spot
                    found = self._worth(other)
                    if found is not None and found < worth:
                        timetable, worth, better = other, found, True
                    else:
                        here[a], here[b] = here[b], here[a]
        return timetable

    def _worth(self, timetable: Timetable) -> int | None:
        """Return what a timetable costs; None: it is none."""
        try:
            return score(self.instance, timetable).total()
        except ValueError:
            return None
