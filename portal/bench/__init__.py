"""What `make bench` measures: the pages of customers and staff beside the bare page B, on a small and a large set.

filling makes the sets, serving starts gunicorn, cpu reads what the kernel counted, pages lists what is asked for,
measuring asks, plans looks at what the database did, report writes docs/benchmarks. bare/ is the bare page's site.
"""
