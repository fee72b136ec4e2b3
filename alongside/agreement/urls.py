"""Addresses of this room, under the partnership."""

from django.urls import path

from alongside.agreement import views

app_name = "agreement"
urlpatterns = [
    path("agreement/", views.page, name="page"),
    path("agreement/start/", views.start, name="start"),
    path("agreement/accept/", views.accept, name="accept"),
    path("agreement/print/", views.on_paper, name="print"),
    path("agreement/versions/<int:number>/", views.version, name="version"),
    path("agreement/parts/<slug:part>/", views.change, name="change"),
    path("agreement/parts/<slug:part>/out/", views.take_out, name="take_out"),
]
