"""What can go wrong in a way that a person should be told about."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """An action did not happen, and `sentence` says why to the person who asked.

    `status` is the HTTP status of the answer, `code` a stable word for programs and tests.
    Nothing was written when this is raised: actions run in one transaction.
    """

    status = 409
    code = "refused"
    sentence: str | Promise = ""

    def __init__(self, sentence: str | Promise | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.code)


class NotFound(Refused):
    """Absent or hidden: the two look the same."""

    status = 404
    code = "not_found"


class ChangedMeanwhile(Refused):
    """What the page was drawn on does not stand any more: a stale tab, or two tabs at once."""

    code = "changed_meanwhile"
    sentence = _(
        "This was changed after you opened the page. What you typed is still here: "
        "read what stands now, and send yours again if you still want to."
    )
