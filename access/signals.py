from django.dispatch import Signal

# membership, by: somebody's access to a company ends or pauses, within the transaction; by is who ended it, or None.
# What upper rooms handed out in that person's name ends with it, such as download passes.
membership_ended = Signal()
