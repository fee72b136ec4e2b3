"""Addresses of the pages that belong to no room."""

app_name = "web"
urlpatterns = []  # type: ignore[var-annotated]
