from .answers import no_such_address


class SecurityHeaders:
    """Headers that Django has no setting for, and no-store on every page that is not a static file."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # PostgreSQL knows no NUL in a text; no address of ours has one.
        response = no_such_address(request) if "\0" in request.path_info else self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # After logging out, the back button shows nothing of a company (edge 16).
        headers.setdefault("Cache-Control", "private, no-store")
        return response
