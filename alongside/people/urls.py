app_name = "people"
urlpatterns = []  # type: ignore[var-annotated]
