"""`flask jobs sweep`: do by hand what every worker does by itself."""

from __future__ import annotations

from app.database.documents import utc_now
from app.jobs.models import Job
from tests.fixtures.api import Api
from tests.fixtures.queue import ask


def sweep(app):
    return app.test_cli_runner().invoke(args=["jobs", "sweep"])


def test_jobs_that_no_worker_took_are_sent_again(queue_app, account):
    ask(Api(queue_app), account)
    assert sweep(queue_app).output == "0 jobs sent again\n"
    Job.objects.update(set__send_at=utc_now())
    assert sweep(queue_app).output == "1 jobs sent again\n"
    assert queue_app.extensions["queue"].control.purge() == 2


def test_a_broker_that_is_away_is_reported_in_one_line(api, make_app, account):
    ask(api, account)
    Job.objects.update(set__send_at=utc_now())
    result = sweep(make_app(BROKER_URI="redis://127.0.0.1:1"))
    assert (result.exit_code, result.output) == (1, "Error: the broker does not answer\n")
