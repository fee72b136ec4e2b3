"""What somebody lets others see, and who was invited to see it."""

from alongside.consent.models.sharing import Invitation as Invitation
from alongside.consent.models.sharing import NamedReader as NamedReader
from alongside.consent.models.sharing import Share as Share
