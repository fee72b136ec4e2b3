"""Who may do what in Rosa's space, as people say it should be. Kept by hand, apart from the code on purpose.

yes   they do it
no    they have a seat here, and get a sentence that it is not theirs to do (403)
-     nothing is there for them (404)

rosa      the client
dana      her worker
amir      stands in for Dana
samuel    supervises; his seat opens some of it to read, and nothing to do
former    was her worker until a moment ago
lena      runs the agency
robin     a colleague with no seat here
nadia     another client of Dana's
"""

TABLE = """
                     rosa  dana  amir  samuel  former  lena  robin  nadia

join                 yes   no    no    no      -       -     -      -
give_seat            no    yes   no    no      -       -     -      -
end_seat             no    yes   no    no      -       -     -      -
print_card           no    yes   no    no      -       -     -      -
say_how_to_reach     yes   no    no    no      -       -     -      -
try_out_reach        yes   no    no    no      -       -     -      -
see_to_it            no    yes   yes   no      -       -     -      -
ask_past_hours       no    yes   yes   no      -       -     -      -
agree_past_hours     no    yes   yes   yes     -       -     -      -
ask_why              yes   no    no    no      -       -     -      -
take_back_why        yes   no    no    no      -       -     -      -
answer_why           no    yes   yes   yes     -       -     -      -
answer_passed_on     no    no    no    no      -       -     -      -

break_glass          no    no    no    no      -       -     -      -
agree_to_opening     no    no    no    no      -       -     -      -
note_opening         no    no    no    no      -       -     -      -
review_opening       no    no    no    no      -       -     -      -
appoint_worker       no    no    no    no      -       -     -      -
say_it_was_told      no    yes   yes   no      -       -     -      -
see_opening          yes   no    no    no      -       -     -      -
exclude              yes   no    no    no      -       -     -      -
lift_exclusion       yes   no    no    no      -       -     -      -

draft_agreement      yes   yes   yes   no      -       -     -      -
accept_agreement     yes   yes   no    no      -       -     -      -

attach               yes   yes   yes   no      -       -     -      -
write_down           yes   yes   yes   no      -       -     -      -
say_it_is_right      yes   yes   yes   no      -       -     -      -

say_words            yes   no    no    no      -       -     -      -
waive_words          yes   no    no    no      -       -     -      -
take_urgent_path     no    yes   yes   no      -       -     -      -
write_picture        no    yes   yes   no      -       -     -      -
add_to_picture       yes   yes   yes   no      -       -     -      -
differ_on_picture    yes   no    no    no      -       -     -      -
send_listening       no    yes   yes   no      -       -     -      -
correct_listening    no    yes   yes   no      -       -     -      -
answer_listening     yes   no    no    no      -       -     -      -
skip_listening       yes   no    no    no      -       -     -      -

offer_strength       yes   yes   yes   no      -       -     -      -
confirm_strength     yes   no    no    no      -       -     -      -
decline_strength     yes   no    no    no      -       -     -      -
take_back_strength   yes   yes   yes   no      -       -     -      -
note_practice        yes   no    no    no      -       -     -      -
name_topic           yes   yes   yes   no      -       -     -      -
tell_more            yes   no    no    no      -       -     -      -
say_pace             yes   no    no    no      -       -     -      -
move_topic           yes   no    no    no      -       -     -      -
propose_topic        no    yes   yes   no      -       -     -      -
talked               yes   yes   yes   no      -       -     -      -
take_off_topic       yes   no    no    no      -       -     -      -
look_back_at_topic   yes   no    no    no      -       -     -      -
keep_aftercare       no    yes   yes   no      -       -     -      -
decline_aftercare    yes   no    no    no      -       -     -      -

write_note           yes   yes   yes   no      -       -     -      -
correct_note         yes   yes   yes   no      -       -     -      -
add_to_note          yes   yes   yes   no      -       -     -      -
see_differently      yes   yes   yes   no      -       -     -      -
sign_note            yes   yes   yes   no      -       -     -      -
ask_correction       yes   yes   yes   no      -       -     -      -
leave_as_is          yes   yes   yes   no      -       -     -      -
ask_to_look          yes   yes   yes   no      -       -     -      -
answer_look          no    yes   yes   yes     -       -     -      -
keep_own             yes   no    no    no      -       -     -      -
set_audience         yes   no    no    no      -       -     -      -
withhold             no    yes   yes   no      -       -     -      -
agree_to_withhold    no    yes   yes   yes     -       -     -      -
challenge            yes   no    no    no      -       -     -      -
answer_challenge     no    yes   yes   yes     -       -     -      -

start_paper          yes   yes   yes   no      -       -     -      -
write_together       yes   yes   yes   no      -       -     -      -
finish_paper         yes   yes   yes   no      -       -     -      -
go_on_writing        yes   yes   yes   no      -       -     -      -

say_wording          yes   no    no    no      -       -     -      -
take_back_wording    yes   no    no    no      -       -     -      -
explain              no    yes   yes   no      -       -     -      -
say_back             yes   no    no    no      -       -     -      -
answer_said_back     no    yes   yes   no      -       -     -      -

name_line            no    no    no    no      -       -     -      -
take_off_line        no    no    no    no      -       -     -      -
write_safety_plan    yes   no    no    no      -       -     -      -
open_safety_plan     yes   no    no    no      -       -     -      -
ask_to_call          yes   no    no    no      -       -     -      -
be_in_touch          no    yes   yes   no      -       -     -      -
look_back_at_night   yes   no    no    no      -       -     -      -
leave_out_look_back  yes   no    no    no      -       -     -      -

open_decision        yes   yes   yes   no      -       -     -      -
reword_decision      yes   no    no    no      -       -     -      -
add_way              yes   yes   yes   no      -       -     -      -
add_side             yes   yes   yes   no      -       -     -      -
take_back            yes   yes   yes   no      -       -     -      -
name_matter          yes   yes   yes   no      -       -     -      -
weigh                yes   no    no    no      -       -     -      -
write_view           no    yes   yes   no      -       -     -      -
lean                 yes   no    no    no      -       -     -      -
ask_for_view         yes   no    no    no      -       -     -      -
check_readiness      yes   no    no    no      -       -     -      -
plan_gap             yes   yes   yes   no      -       -     -      -
close_gap            yes   yes   yes   no      -       -     -      -
choose               yes   no    no    no      -       -     -      -
look_back            yes   no    no    no      -       -     -      -
reopen               yes   no    no    no      -       -     -      -

invite               yes   no    no    no      -       -     -      -
make_code            yes   yes   yes   no      -       -     -      -
share                yes   no    no    no      -       -     -      -
withdraw_share       yes   yes   yes   no      -       -     -      -
pause_shares         yes   no    no    no      -       -     -      -
ask_for_share        no    yes   yes   no      -       -     -      -
answer_ask           yes   no    no    no      -       -     -      -
promise              no    no    no    no      -       -     -      -
ask_no_more          no    no    no    no      -       -     -      -
end_invitation       yes   no    no    no      -       -     -      -
report_breach        yes   no    no    no      -       -     -      -
answer_breach        no    no    no    no      -       -     -      -

send_message         yes   yes   yes   no      -       -     -      -
correct_message      yes   yes   yes   no      -       -     -      -
take_back_message    yes   yes   yes   no      -       -     -      -
acknowledge          yes   yes   yes   no      -       -     -      -
promise_answer       no    yes   yes   no      -       -     -      -
make_of_message      yes   yes   yes   no      -       -     -      -
see_it_answered      no    no    no    yes     -       -     -      -

take_copy            yes   no    no    no      -       -     -      -
bring_in             no    no    no    no      -       -     -      -
ask_erasure          yes   no    no    no      -       -     -      -
take_back_erasure    yes   no    no    no      -       -     -      -
erase                yes   no    no    no      -       -     -      -
hold                 no    no    no    no      -       -     -      -
lift_hold            no    no    no    no      -       -     -      -

take_on              no    no    no    no      -       -     -      -
give_post            no    no    no    no      -       -     -      -
end_post             no    no    no    no      -       -     -      -
say_away             no    no    no    no      -       -     -      -
end_away             no    no    no    no      -       -     -      -
name_cover           no    no    no    no      -       -     -      -
"""

# Priya was invited to see what Rosa shares. Of all the acts above these are hers; all others are none of hers.
PRIYA_DOES = {"write_note", "answer_look", "promise", "ask_no_more", "end_invitation"}

# Done by a post in the agency and not by a seat, so that the table above says nobody: who does them.
BY_POST = {
    "start_partnership": {"dana", "amir", "former", "robin"},
    "take_on": {"lena"},
    "give_post": {"lena"},
    "end_post": {"lena"},
    "name_line": {"lena"},
    "take_off_line": {"lena"},
    "say_away": {"dana", "amir", "former", "robin", "samuel", "lena"},
    "end_away": {"dana", "amir", "former", "robin", "samuel", "lena"},
    "name_cover": {"samuel", "lena"},
    "answer_passed_on": {"lena"},
    "bring_in": {"dana", "amir", "former", "robin", "lena"},
    "hold": {"lena"},
    "lift_hold": {"lena", "samuel"},
    "break_glass": {"dana", "amir", "former", "robin", "samuel"},
    "agree_to_opening": {"samuel", "lena"},
    "note_opening": {"samuel", "lena"},
    "review_opening": {"samuel", "lena"},
    "appoint_worker": {"samuel", "lena"},
    "answer_breach": {"samuel", "lena"},
}


def expected() -> dict[tuple[str, str], str]:
    """The table as {(act, name): answer}."""
    head, *rows = [line.split() for line in TABLE.splitlines() if line.strip()]
    priya = {(row[0], "priya"): "yes" if row[0] in PRIYA_DOES else "no" for row in rows}
    return priya | {(row[0], name): answer for row in rows for name, answer in zip(head, row[1:], strict=True)}
