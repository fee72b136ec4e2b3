"""Signs how the trail stands, and says whether it is as it was written."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alongside.access import checkpoints, proofs, verdict
from alongside.access.checkpoints import NotACheckpoint
from alongside.access.wall import standing_for_house
from alongside.people.models import Organisation


class Command(BaseCommand):
    help = (
        "Sign how “Who has looked” stands (checkpoint), check that nobody changed it (verify), or prove a line (prove)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        make = doing.add_parser("checkpoint", help="sign how every list stands now; give the file to somebody else")
        make.add_argument("--to", type=Path, help="write a file here, for an auditor to hold")
        make.add_argument("--organisation", help="the id of the organisation, where there are several")
        check = doing.add_parser("verify", help="check every line; ends with status 1 when something is wrong")
        check.add_argument("--against", type=Path, nargs="*", default=[], help="files that somebody else held")
        prove = doing.add_parser("prove", help="print one line with a proof that it is in the newest checkpoint")
        prove.add_argument("line", type=int, help="the number of the line")

    def handle(self, *args: Any, **options: Any) -> None:
        with standing_for_house():
            getattr(self, f"_{options['doing']}")(options)

    def _checkpoint(self, options: dict[str, Any]) -> None:
        organisations = Organisation.objects.order_by("id")
        if options["organisation"]:
            organisations = organisations.filter(id=options["organisation"])
        if options["to"] and len(organisations) != 1:
            raise CommandError("There is not exactly one organisation: say which with --organisation.")
        for organisation in organisations:
            made = checkpoints.make(organisation.id, now=timezone.now())
            if options["to"]:
                options["to"].write_text(checkpoints.as_file(made))
            self.stdout.write(made.note)
        if options["to"]:
            self.stdout.write(f"Written to {options['to']}. Give it to somebody who does not run this server.")

    def _verify(self, options: dict[str, Any]) -> None:
        held, wrong = [], []
        for path in options["against"]:
            try:
                held.append(checkpoints.from_file(path))
            except NotACheckpoint as error:
                wrong.append(f"The file {path} is no checkpoint that this house signed: {error}.")
        found = verdict.examine(held)
        found.wrong += wrong
        for sentence in found.sentences():
            self.stdout.write(sentence)
        if not found.holds:
            raise SystemExit(1)

    def _prove(self, options: dict[str, Any]) -> None:
        proof = proofs.of_line(options["line"])
        if proof is None:
            raise CommandError("There is no such line in the newest checkpoint. Make one, or give another number.")
        self.stdout.write(json.dumps(proof, indent=1, ensure_ascii=False))
