"""Several people at once, on real connections of their own."""

import threading

from django.db import connection


def at_once(*works):
    """What each of them returned or raised, started together."""
    answers, start = [None] * len(works), threading.Barrier(len(works))

    def run(place, work):
        start.wait(20)
        try:
            answers[place] = work()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
