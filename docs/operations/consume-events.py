"""Reads the gateway's events, each at least once, and goes on where it was. Python 3.9 or newer, nothing to install."""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("GATEWAY_URL", "http://127.0.0.1:8080")
KEY = os.environ["GATEWAY_API_KEY"]
TYPES = os.environ.get("EVENT_TYPES")  # E.g. card.*,operation.unknown; all without it.
CURSOR_FILE = os.environ.get("CURSOR_FILE", "cursor")


def process(event):
    """Your work. After a crash the last events come again, so it must bear them: remember ids, or compare subjectVersion."""
    print(event["id"], event["type"], event["subject"], event["subjectVersion"], flush=True)


def missed_some(oldest_cursor):
    """Away for longer than events are kept. List the resources that you copy, then go on from the oldest event."""
    print("Events were missed: read the resources anew.", file=sys.stderr, flush=True)
    return oldest_cursor


def kept_cursor():
    try:
        with open(CURSOR_FILE, encoding="ascii") as file:
            return file.read()
    except FileNotFoundError:
        return None  # From the oldest event that is kept; "latest" would begin with what happens from now on.


def keep(cursor):
    # The old cursor or the new one, never half of one, whenever this process ends.
    with open(CURSOR_FILE + ".new", "w", encoding="ascii") as file:
        file.write(cursor)
        file.flush()
        os.fsync(file.fileno())
    os.replace(CURSOR_FILE + ".new", CURSOR_FILE)


def read_page(cursor):
    query = {"limit": 200, "wait": 30, "types": TYPES, "after": cursor}
    query = {name: value for name, value in query.items() if value is not None}
    request = urllib.request.Request(
        f"{URL}/v1/events?{urllib.parse.urlencode(query)}", headers={"Authorization": f"Bearer {KEY}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def problem_in(error):
    """A proxy answers with anything, or cuts the answer short."""
    try:
        problem = json.load(error)
    except (OSError, http.client.HTTPException, ValueError):
        problem = None
    return problem if isinstance(problem, dict) else {}


def main():
    cursor = kept_cursor()
    failures = 0
    while True:
        try:
            page = read_page(cursor)
        except urllib.error.HTTPError as error:
            problem = problem_in(error)
            if error.code == 410 and "oldestCursor" in problem:
                cursor = missed_some(problem["oldestCursor"])
                keep(cursor)
                continue
            if error.code not in (408, 429, 502, 503, 504):
                sys.exit(f"{error.code}: {problem.get('detail', error.reason)}")
            asked = error.headers.get("Retry-After") or ""
            pause(error, failures, min(3600, int(asked)) if asked.isdigit() else 0)
            failures += 1
            continue
        except (OSError, http.client.HTTPException, ValueError) as error:  # No connection, or an answer cut short.
            pause(error, failures, 0)
            failures += 1
            continue
        failures = 0
        for event in page["data"]:
            process(event)
        # After the work, so that nothing is skipped. Better still: in one transaction with what process() writes.
        cursor = page["nextCursor"]
        keep(cursor)


def pause(why, failures, at_least):
    seconds = at_least + random.uniform(0.5, 1) * min(30, 2**failures)
    print(f"{URL}: {why}. Trying again in {seconds:.1f} s.", file=sys.stderr, flush=True)
    time.sleep(seconds)


main()
