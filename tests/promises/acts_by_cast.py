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

draft_agreement      yes   yes   yes   no      -       -     -      -
accept_agreement     yes   yes   no    no      -       -     -      -

say_words            yes   no    no    no      -       -     -      -
waive_words          yes   no    no    no      -       -     -      -
take_urgent_path     no    yes   yes   no      -       -     -      -
write_picture        no    yes   yes   no      -       -     -      -
send_listening       no    yes   yes   no      -       -     -      -
correct_listening    no    yes   yes   no      -       -     -      -
answer_listening     yes   no    no    no      -       -     -      -
skip_listening       yes   no    no    no      -       -     -      -

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

take_on              no    no    no    no      -       -     -      -
give_post            no    no    no    no      -       -     -      -
end_post             no    no    no    no      -       -     -      -
"""

# Done by a post in the agency and not by a seat, so that the table above says nobody: who does them.
BY_POST = {
    "start_partnership": {"dana", "amir", "former", "robin"},
    "take_on": {"lena"},
    "give_post": {"lena"},
    "end_post": {"lena"},
}


def expected() -> dict[tuple[str, str], str]:
    """The table as {(act, name): answer}."""
    head, *rows = [line.split() for line in TABLE.splitlines() if line.strip()]
    return {(row[0], name): answer for row in rows for name, answer in zip(head, row[1:], strict=True)}
