"""Every address of the house. Rooms hang their own under the partnership they belong to."""

from django.urls import include, path

PLACE = "space/<uuid:partnership_id>/"

urlpatterns = [
    path("", include("alongside.web.urls")),
    path("", include("alongside.people.urls")),
    path("", include("alongside.journeys.urls")),
    path("", include("alongside.journeys.hard_urls")),
    path("account/", include("alongside.people.staff_urls")),
    path("", include("alongside.takeaway.urls")),
    path("", include("alongside.reach.outside_urls")),
    path("", include("alongside.sharing.urls")),
    path("", include("alongside.glass.urls")),
    path("", include("alongside.search.urls")),
    path(PLACE, include("alongside.access.urls")),
    path(PLACE, include("alongside.reach.urls")),
    path(PLACE, include("alongside.plain.urls")),
    path(PLACE, include("alongside.attached.urls")),
    path(PLACE, include("alongside.agreement.urls")),
    path(PLACE, include("alongside.record.urls")),
    path(PLACE + "notes/", include("alongside.notes.urls")),
    path(PLACE, include("alongside.topics.urls")),
    path(PLACE, include("alongside.conversations.urls")),
    path(PLACE + "decisions/", include("alongside.decisions.urls")),
    path(PLACE + "together/", include("alongside.together.urls")),
]

handler400 = "alongside.web.views.not_understood"
handler403 = "alongside.web.views.not_found"
handler404 = "alongside.web.views.not_found"
handler500 = "alongside.web.views.broken"
