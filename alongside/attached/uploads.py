"""How files come into the house: in memory alone, and never more than a few megabytes.

Django would put a larger file on the disk, in clear, where it could stay behind.
"""

from __future__ import annotations

import io
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from alongside.attached.rules import MOST_BYTES_IN, MOST_BYTES_TOGETHER


class InMemory(FileUploadHandler):
    """Keeps each file in memory up to its limit; of a larger one only how large it is."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Refuse what is too much for all files together before any of it is read."""
        if content_length > MOST_BYTES_TOGETHER:
            raise RequestDataTooBig("More than all files of one form may be together.")

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin with the next file."""
        super().new_file(*args, **options)
        self.kept, self.size = io.BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the next piece, as long as there is room."""
        self.size += len(raw_data)
        if self.size <= MOST_BYTES_IN:
            self.kept.write(raw_data)
        else:
            self.kept = io.BytesIO()

    def file_complete(self, file_size: int) -> Any:
        """Hand over the file, with its size as it was sent."""
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type or "",
            size=self.size,
            charset=self.charset,
        )
