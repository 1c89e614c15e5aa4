"""Whether there is a replay for whoever asks: what other pages need to lead to it."""

from starlette.requests import Request

from server.domain.recording import may_see
from server.domain.show import Show
from server.web import session
from server.web.house import house


async def may_replay(request: Request, show: Show) -> bool:
    """Tell whether there is a replay of a show for this visitor."""
    who = await session.browser(request, show.id)
    if not may_see(show, [link.role for link in who.links]):
        return False
    return await house(request).recordings.playlist(show) is not None
