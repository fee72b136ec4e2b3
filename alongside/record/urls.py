app_name = "record"
urlpatterns = []  # type: ignore[var-annotated]
