"""Addresses of signing in, and of what belongs to one's own account."""

from django.urls import path

from alongside.people import views

app_name = "people"
urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("devices/", views.devices, name="devices"),
    path("devices/end-others/", views.end_others, name="end_others"),
    path("devices/this-one/", views.on_this_device, name="on_this_device"),
    path("devices/keeping/<uuid:keeping_id>/end/", views.stop_keeping, name="stop_keeping"),
    path("devices/<uuid:device_id>/end/", views.end_device, name="end_device"),
    path("pin/", views.change_pin, name="change_pin"),
    path("password/", views.change_password, name="change_password"),
]
