"""The people of a show who are known by name; attendees are not, and have no record."""

from server.domain.roles import CREW, PLANNERS, Fields, Record, Viewer, fields

PUBLIC = fields("id role name country organisation")


class Person(Record, frozen=True, kw_only=True):
    """A presenter, commentator, host or other named person (record `person/…`).

    `email` is where invitations go; only who plans sees it, and the person.
    """

    role: str
    name: str
    zone: str
    language: str = "en"
    country: str = ""
    organisation: str = ""
    email: str = ""

    def seen_by(self, viewer: Viewer) -> Fields:
        if viewer.role in PLANNERS or viewer.person == self.id:
            return PUBLIC | fields("zone language email")
        if viewer.role in CREW:
            return PUBLIC | fields("zone language")
        return PUBLIC

    def people(self) -> frozenset[str]:
        return frozenset({self.id})
