app_name = "decisions"
urlpatterns = []  # type: ignore[var-annotated]
