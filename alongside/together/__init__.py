"""Writing together: a note, a plan or a letter that you and those who work with you write at the same time.

Each sees what the others type, as they type it. Nothing that somebody typed is lost when two write in one
place, or when the line breaks in between. Who wrote what stays to be seen. A finished paper can become a note.
"""
