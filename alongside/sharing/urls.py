"""Addresses of this room: under the partnership, but for the reports that went to one person by name."""

from django.urls import path

from alongside.sharing import views
from alongside.sharing.rules import Answer

PLACE = "space/<uuid:partnership_id>/"

app_name = "sharing"
urlpatterns = [
    path(PLACE + "sharing/", views.page, name="page"),
    path(PLACE + "sharing/invite/", views.invite, name="invite"),
    path(PLACE + "sharing/give/", views.give, name="give"),
    path(PLACE + "sharing/give/share/", views.share, name="share"),
    path(PLACE + "sharing/shares/<uuid:share_id>/back/", views.take_back, name="take_back"),
    path(PLACE + "sharing/pause/", views.pause, name="pause"),
    path(PLACE + "sharing/go-on/", views.go_on, name="go_on"),
    path(PLACE + "sharing/asks/", views.ask_for, name="ask"),
    path(PLACE + "sharing/asks/<uuid:asked_id>/no/", views.say_no, {"answer": Answer.NO}, name="say_no"),
    path(PLACE + "sharing/asks/<uuid:asked_id>/not-now/", views.say_no, {"answer": Answer.NOT_NOW}, name="not_now"),
    path(PLACE + "sharing/people/<uuid:guest_id>/code/", views.code, name="code"),
    path(PLACE + "sharing/people/<uuid:guest_id>/end/", views.end_invitation, name="end_invitation"),
    path(PLACE + "sharing/people/<uuid:guest_id>/passed-on/", views.passed_on, name="passed_on"),
    path(PLACE + "sharing/receipts/", views.receipts, name="receipts"),
    path(PLACE + "sharing/receipts/<uuid:receipt_id>/", views.receipt, name="receipt"),
    path(PLACE + "sharing/receipts/<uuid:receipt_id>/file/", views.receipt_file, name="receipt_file"),
    path(PLACE + "shared/", views.shared, name="shared"),
    path(PLACE + "shared/promise/", views.promise, name="promise"),
    path(PLACE + "shared/no-more/", views.no_more, name="no_more"),
    path(PLACE + "shared/leave/", views.leave, name="leave"),
    path("passed-on/", views.reports, name="reports"),
]
