"""The wrapped keys."""

import uuid

from django.db import models


class WrappedKey(models.Model):
    """A key that encrypts the texts of one scope: a partnership or an organisation.

    `wrapped` is the 256-bit key, encrypted with the root key (see `keys.py`).
    """

    scope = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "wrapped key"
