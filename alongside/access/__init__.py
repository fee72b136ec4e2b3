"""The way in: the only place that answers "may this person see or do this, here, now, and why?".

* `Entry.objects.visible_to(viewer)` gives the rows somebody may see, in one query.
* `access.see(viewer, Entry, id)` gives one row, or `NotFound`, the same for absent and hidden.
* `access.require(by, Act.X, about=…)` is the first beat of every action; `may` is the same check for a button.
* `access.why(viewer, row)` says in sentences on what ground.
* Every read and every write leaves a line in the trail, or does not happen.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alongside.access.acts import Act as Act
    from alongside.access.kinds import Kind as Kind
    from alongside.access.trail import arrived as arrived
    from alongside.access.trail import record as record
    from alongside.access.viewer import Place as Place
    from alongside.access.viewer import Viewer as Viewer
    from alongside.access.viewer import enter as enter
    from alongside.access.wall import standing_for as standing_for
    from alongside.access.wall import standing_for_house as standing_for_house
    from alongside.access.way_in import Denied as Denied
    from alongside.access.way_in import in_turn as in_turn
    from alongside.access.way_in import may as may
    from alongside.access.way_in import require as require
    from alongside.access.way_in import see as see
    from alongside.access.way_in import why as why

# Looked up on first use: Django loads this package before its models are ready.
_FOUND_IN = {
    "Act": "acts",
    "Kind": "kinds",
    "arrived": "trail",
    "record": "trail",
    "Place": "viewer",
    "Viewer": "viewer",
    "enter": "viewer",
    "standing_for": "wall",
    "standing_for_house": "wall",
    "Denied": "way_in",
    "in_turn": "way_in",
    "may": "way_in",
    "require": "way_in",
    "see": "way_in",
    "why": "way_in",
}


def __getattr__(name: str) -> Any:
    if name not in _FOUND_IN:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_FOUND_IN[name]}"), name)
