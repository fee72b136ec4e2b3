"""A bare view, and a bare signed-in page of entries."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from alongside.access import policy
from bench.yard.models import PlainEntry, PlainLog

PAGE = 50


@policy.public(because="the yardstick: what the server and the middleware cost by themselves")
def bare(request):
    return HttpResponse("ok")


@csrf_exempt
@policy.public(because="the yardstick: what a post costs by itself")
def echo(request):
    return HttpResponse(request.body, content_type="text/plain")


@policy.public(because="the yardstick: a signed-in templated page of the record page's size, with a log row")
def entries(request, space: uuid.UUID):
    rows = list(PlainEntry.objects.filter(space=space).order_by("-at")[:PAGE])
    PlainLog.objects.create(at=request.now, account=request.account.pk, path=request.path)
    return render(request, "yard/entries.html", {"rows": rows})
