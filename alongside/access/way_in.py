"""The checks themselves: see, require, may, why."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from alongside.access.acts import MAY, Act
from alongside.access.kinds import NAMES, SEES
from alongside.access.models import PrivateModel
from alongside.access.viewer import Place, Viewer
from alongside.consent.queries import rows_named_to
from alongside.kit.errors import NotFound, Refused
from alongside.people.models import Partnership
from alongside.people.rules import Role

_P = TypeVar("_P", bound=PrivateModel)


class Denied(Refused):
    """The viewer has a seat here, and this is not theirs to do."""

    status = 403
    code = "denied"


def _partnership_of(about: Any) -> uuid.UUID:
    if isinstance(about, Place | Partnership):
        return about.id
    if isinstance(about, PrivateModel):
        return about.partnership_id
    raise TypeError(f"{type(about).__name__} does not belong to a partnership.")


def see(viewer: Viewer, model: type[_P], row_id: uuid.UUID, *, within: uuid.UUID | None = None) -> _P:
    """Return one row to show, and note the read. Raise `NotFound`, the same for absent and hidden."""
    row: _P | None = model.objects.visible_to(viewer, within=within).filter(id=row_id).first()
    if row is None:
        raise NotFound
    return row


def may(by: Viewer, act: Act, *, about: Place | Partnership | PrivateModel) -> bool:
    """Whether `by` may do this here: the same check as `require`, for showing or hiding a button."""
    return bool(by.roles_entered(_partnership_of(about)) & MAY[act])


def require(by: Viewer, act: Act, *, about: Place | Partnership | PrivateModel) -> None:
    """Pass, or raise `Denied` with a sentence; a stranger gets `NotFound`, as if nothing were there."""
    roles = by.roles_in(_partnership_of(about))
    if not roles:
        raise NotFound
    if not roles & MAY[act]:
        if MAY[act] == frozenset({Role.CLIENT}):
            raise Denied(_("Only the person whose life this is about can do this. Nothing was changed."))
        raise Denied(_("This is not yours to do here. Nothing was changed."))


def in_turn(about: Place) -> None:
    """Wait until every other action in this partnership is done: for what is decided by what stands there now."""
    Partnership.objects.select_for_update().get(id=about.id)


def why(viewer: Viewer, row: PrivateModel) -> list[str]:
    """Say on what ground the viewer sees this row, one sentence a ground; empty when there is none."""
    sentences = []
    roles, kind = viewer.roles_in(row.partnership_id), row.its_kind()
    if Role.CLIENT in roles:
        sentences.append(_("It is about you."))
    for role in Role:
        if role is not Role.CLIENT and role in roles and kind in SEES[role]:
            sentences.append(
                _("You have a seat here as %(role)s, and “%(kind)s” belongs to it.")
                % {"role": role_name(role), "kind": NAMES[kind]}
            )
    if (row.partnership_id, kind) in viewer.shared:
        sentences.append(_("“%(kind)s” is shared with you.") % {"kind": NAMES[kind]})
    if roles and rows_named_to(viewer.person_id, now=viewer.now).filter(row_id=row.id).exists():
        sentences.append(_("You were named for this one thing."))
    return sentences


def role_name(role: Role) -> str:
    """The role as people say it."""
    return {
        Role.CLIENT: _("the person it is about"),
        Role.WORKER: _("social worker"),
        Role.COVER: _("stand-in"),
        Role.SUPERVISOR: _("supervisor"),
        Role.PARTNER: _("partner in the team"),
        Role.SUPPORTER: _("supporter"),
        Role.PEER: _("someone who has been there"),
        Role.EMERGENCY: _("let in for an emergency"),
    }[role]
