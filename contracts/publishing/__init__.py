"""Documents for many companies at once: chosen or packed, judged, looked at, published by the worker, recalled."""
