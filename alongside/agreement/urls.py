app_name = "agreement"
urlpatterns = []  # type: ignore[var-annotated]
