"""An SMS gateway over HTTP: one POST of JSON per message, signed with the gateway's token.

Request: `{"phone": "138…", "text": "【signature】…"}` with `Authorization: Bearer <token>`. An answer of 2xx means that
the gateway has taken it; 4xx (but 408 and 429) that it never will. Gateways with other shapes stand behind a small
adapter of the installation's own, so that no provider's library is tied to the corps.
"""

import json
import urllib.error
import urllib.request

from members.sending.base import NotSent

_AGAIN = frozenset({408, 429})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is not carried to another address."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


class GatewaySender:
    """Sends through the gateway at `url`; waits at most `timeout` seconds for each answer."""

    def __init__(self, *, url: str, token: str, signature: str, timeout: float) -> None:
        self.url, self.token, self.signature, self.timeout = url, token, signature, timeout

    def send(self, phone: str, text: str) -> None:
        signed = f"【{self.signature}】{text}" if self.signature else text
        request = urllib.request.Request(  # noqa: S310 (the environment is checked at start: http or https)
            self.url,
            data=json.dumps({"phone": phone, "text": signed}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {self.token}"},
            method="POST",
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            error.close()
            raise NotSent(
                f"the gateway answered {error.code}", lasting=400 <= error.code < 500 and error.code not in _AGAIN
            ) from None
        except (OSError, ValueError) as error:
            raise NotSent(f"the gateway could not be reached: {type(error).__name__}") from None
