from django.core.management import BaseCommand

from contracts.retention import delete_due, due_documents, trace_of


class Command(BaseCommand):
    help = "Delete documents whose retention is over; --dry-run only lists them."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args, **options):
        if options["dry_run"]:
            rows, failed = [trace_of(document) for document in due_documents()], []
        else:
            report = delete_due()
            rows, failed = (report.deleted, report.failed) if report else ([], [])
        for row in rows:
            self.stdout.write("{kind} {number} v{version} {dated_on} {company} {sha256}".format(**row))
        for row in failed:
            self.stderr.write("{number} v{version}: {error}".format(**row))
        self.stdout.write(f"{len(rows)} {'due' if options['dry_run'] else 'deleted'}, {len(failed)} failed")
