"""Every piece of the frame on one page, with words long enough to hurt. For tests and for whoever works on the face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import translation

from alongside.access import policy
from alongside.kit.forms import DayField, Form, LineField, WordsField

WORDS = {
    "en": {
        "title": "Where do we live after 31 March?",
        "lead": "You and Dana are thinking about this together. Nobody has to decide today.",
        "quote": "I must be out on the 31st and I don’t understand the letter.\n"
        "I want my children to stay in their school, and to sleep again.",
        "line": "Call the housing office about the transitional flat in Elm Street",
        "long": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "me": "You",
        "them": "Dana",
        "both": "You and Dana",
        "when": "by Thursday 5 March, 17:00",
        "way": "A transitional flat in Elm Street, from the housing association",
        "button": "Keep this as it is",
        "other": "Not now",
        "question": "How well does this way fit what matters to you?",
        "ends": ["does not fit at all", "fits very well"],
        "answers": ["Only here, inside this space", "By text message, without any content", "By phone call"],
        "hint": "For example: never ring after 6, never speak to anybody else who picks up.",
    },
    "es": {
        "title": "¿Dónde viviremos después del 31 de marzo, cuando termine el contrato de alquiler?",
        "lead": "Dana y usted lo están pensando conjuntamente; nadie tiene que tomar hoy ninguna decisión definitiva.",
        "quote": "Tengo que irme el día 31 y no entiendo la carta.\n"
        "Quiero que mis hijos puedan quedarse en su escuela y volver a dormir tranquilamente.",
        "line": "Llamar a la oficina de vivienda y preguntar por el apartamento provisional de la calle de los Olmos",
        "long": "Electroencefalografistasotorrinolaringológicamentedesproporcionadamente",
        "me": "Usted",
        "them": "Dana",
        "both": "Usted y Dana conjuntamente",
        "when": "antes del jueves 5 de marzo a las 17:00",
        "way": "Un apartamento provisional en la calle de los Olmos, de la asociación de viviendas",
        "button": "Guardar exactamente como está",
        "other": "Ahora no, quizás más adelante",
        "question": "¿En qué medida encaja esta posibilidad con lo que a usted le importa?",
        "ends": ["no encaja en absoluto", "encaja extraordinariamente bien"],
        "answers": [
            "Solamente aquí, dentro de este espacio",
            "Por mensaje de texto, sin ningún contenido",
            "Por teléfono",
        ],
        "hint": "Por ejemplo: no llamar nunca después de las 6, no hablar con nadie más que descuelgue el teléfono.",
    },
    "ar": {
        "title": "أين سنسكن بعد 31 آذار، عندما ينتهي عقد الإيجار؟",
        "lead": "أنتِ ودانا تفكّران في هذا معًا. لا يجب على أحد أن يقرّر اليوم.",
        "quote": "يجب أن أخرج يوم 31 ولا أفهم الرسالة.\nأريد أن يبقى أولادي في مدرسة Linden School وأن أنام من جديد.",
        "line": "الاتصال بمكتب السكن بشأن الشقة المؤقتة في شارع Elm Street، رقم 12",
        "long": "أفاستسقيناكموها" * 4,
        "me": "أنتِ",
        "them": "دانا",
        "both": "أنتِ ودانا",
        "when": "قبل الخميس 5 آذار، الساعة 17:00",
        "way": "شقة مؤقتة في شارع الدردار من جمعية الإسكان",
        "button": "احفظي هذا كما هو",
        "other": "ليس الآن",
        "question": "إلى أي حدّ يناسب هذا الطريق ما يهمّك؟",
        "ends": ["لا يناسب أبدًا", "يناسب جدًّا"],
        "answers": ["هنا فقط، داخل هذه المساحة", "برسالة نصية بلا أي مضمون", "بمكالمة هاتفية"],
        "hint": "مثلًا: لا اتصال بعد السادسة أبدًا، ولا كلام مع أي شخص آخر يردّ.",
    },
}


def form_in(words: dict[str, Any], data: dict[str, str] | None) -> Form:
    """A form with every kind of field, in some language."""

    class Everything(Form):
        channel = forms.ChoiceField(
            label=words["question"],
            choices=[(str(number), answer) for number, answer in enumerate(words["answers"])],
            widget=forms.RadioSelect,
        )
        fit = forms.ChoiceField(
            label=words["question"],
            help_text=words["hint"],
            choices=[("-2", "−2"), ("-1", "−1"), ("0", "0"), ("1", "+1"), ("2", "+2")],
            widget=forms.RadioSelect(attrs={"class": "scale"}),
            required=False,
        )
        weight = forms.ChoiceField(
            label=words["title"],
            choices=[(str(number), str(number)) for number in range(6)],
            widget=forms.RadioSelect(attrs={"class": "scale"}),
            required=False,
            initial="3",
        )
        words_ = WordsField(label=words["title"], help_text=words["hint"])
        line = LineField(label=words["line"], required=False)
        day = DayField(label=words["when"], required=False)
        pick = forms.ChoiceField(label=words["other"], choices=[("a", words["way"]), ("b", words["line"])])
        yes = forms.BooleanField(label=words["way"], help_text=words["hint"], required=False)

    return Everything(data)


def _page(request: HttpRequest, file: str, code: str, **context: Any) -> HttpResponse:
    with translation.override(code):
        template = engines["django"].from_string((Path(__file__).parent / file).read_text())
        return HttpResponse(template.render({"words": WORDS[code], **context}, request))


@policy.public(because="tests")
def style(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, "style_page.html", code, form=form_in(WORDS[code], None))


@policy.public(because="tests")
def sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """A form page with something amiss in it."""
    form = form_in(WORDS[code], {"line": "x" * 300, "words_": "", "day": "31.3.", "fit": "2"})
    form.add_error(None, WORDS[code]["lead"])
    return _page(request, "form_page.html", code, form=form)


@policy.public(because="tests")
def break_(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [
    path("style/<str:code>/", style),
    path("form/<str:code>/", sign_in),
    path("break/", break_),
    path("", include("alongside.config.urls")),
]
handler400 = "alongside.web.views.not_understood"
handler403 = "alongside.web.views.not_found"
handler404 = "alongside.web.views.not_found"
handler500 = "alongside.web.views.broken"
