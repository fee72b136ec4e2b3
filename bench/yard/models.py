"""Plain tables, as an ordinary Django project has them."""

from typing import ClassVar

from django.db import models


class PlainEntry(models.Model):
    """A line of text by somebody, in clear."""

    space = models.UUIDField()
    author = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["space", "-at"])]


class PlainLog(models.Model):
    """That somebody opened a page."""

    at = models.DateTimeField()
    account = models.UUIDField()
    path = models.CharField(max_length=200)
