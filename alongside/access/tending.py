"""What the way in does when its time has come: it signs, once a day, how the trail stands."""

from __future__ import annotations

import datetime

from alongside.access import checkpoints
from alongside.access.models import Checkpoint, TrailTree
from alongside.kit.duties import Duty, tended
from alongside.people.models import Organisation

BETWEEN_CHECKPOINTS = datetime.timedelta(days=1)


@tended(rests=datetime.timedelta(hours=1))
def sign_the_trail(now: datetime.datetime) -> int:
    """Make a checkpoint for each organisation whose newest is a day old, when lines were written since."""
    made = 0
    for organisation_id in Organisation.objects.order_by("id").values_list("id", flat=True):
        last = Checkpoint.objects.filter(organisation_id=organisation_id).order_by("-number").first()
        if last is not None and (now < last.at + BETWEEN_CHECKPOINTS or not _has_grown(last)):
            continue
        checkpoints.make(organisation_id, now=now)
        made += 1
    return made


def _has_grown(last: Checkpoint) -> bool:
    try:
        then = {head.tree_id: head.size for head in checkpoints.opened(last).heads}
    except checkpoints.NotACheckpoint:
        return True  # `trail verify` says so; what was written since is signed even so
    trees = TrailTree.objects.filter(organisation_id=last.organisation_id).values_list("id", "size")
    return any(size != then.get(tree_id) for tree_id, size in trees)


DUTIES: dict[str, Duty] = {"sign_the_trail": sign_the_trail}
