"""Writing: founding the house, who works here, spaces and their seats, joining.

One module for each, because together they outgrow a page; whoever calls them need not know.
"""

from alongside.journeys.actions.asking import (
    AnsweredAlready,
    AskedAlready,
    answer_passed_on,
    answer_why,
    ask_why,
    take_back_why,
)
from alongside.journeys.actions.away import (
    AwayAlready,
    CoverIsAway,
    NotTheseDays,
    SomebodyStandsIn,
    end_away,
    name_cover,
    say_away,
)
from alongside.journeys.actions.founding import (
    WrongCode,
    found_organisation,
    welcome,
    welcome_code,
    welcome_line,
)
from alongside.journeys.actions.hard import ask_to_call
from alongside.journeys.actions.joining import AlreadyJoined, join
from alongside.journeys.actions.spaces import (
    AlreadyThere,
    CardWasShown,
    CoverNeedsAnEnd,
    LastWorker,
    PrintedCard,
    end_seat,
    give_seat,
    print_card,
    start_partnership,
)
from alongside.journeys.actions.staffing import (
    LastDirector,
    NoPost,
    PasswordWasShown,
    SomebodyWouldBeAlone,
    StartingPassword,
    employ,
    end_post,
    give_post,
    take_on,
)

__all__ = [
    "AlreadyJoined",
    "AlreadyThere",
    "AnsweredAlready",
    "AskedAlready",
    "AwayAlready",
    "CardWasShown",
    "CoverIsAway",
    "CoverNeedsAnEnd",
    "LastDirector",
    "LastWorker",
    "NoPost",
    "NotTheseDays",
    "PasswordWasShown",
    "PrintedCard",
    "SomebodyStandsIn",
    "SomebodyWouldBeAlone",
    "StartingPassword",
    "WrongCode",
    "answer_passed_on",
    "answer_why",
    "ask_to_call",
    "ask_why",
    "employ",
    "end_away",
    "end_post",
    "end_seat",
    "found_organisation",
    "give_post",
    "give_seat",
    "join",
    "name_cover",
    "print_card",
    "say_away",
    "start_partnership",
    "take_back_why",
    "take_on",
    "welcome",
    "welcome_code",
    "welcome_line",
]
