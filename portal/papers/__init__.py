"""Papers that are made because somebody asks for them, by the worker; that they are the portal's can be checked."""
