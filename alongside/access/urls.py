app_name = "access"
urlpatterns = []  # type: ignore[var-annotated]
