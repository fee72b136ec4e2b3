app_name = "journeys"
urlpatterns = []  # type: ignore[var-annotated]
