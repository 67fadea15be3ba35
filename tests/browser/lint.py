"""What every page must satisfy: no errors, nothing blocked, no Latin words in Chinese, no sideways scroll."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request, Response

# Names of products and file formats that Chinese readers know by their Latin names, and nothing else.
LATIN_ALLOWED = frozenset(
    {
        # formats and units
        *("Excel", "WPS", "xlsx", "xls", "et", "csv", "CSV", "zip", "PDF", "UTF", "GB", "MB", "KB", "GB18030", "API"),
        # programs and systems named in the list of sessions
        *("Chrome", "Firefox", "Edge", "Safari", "Windows", "Android", "Linux", "macOS", "iPhone", "iPad", "HarmonyOS"),
    }
)

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9'’_-]*[A-Za-z0-9]")

# Text a reader sees or hears. Codes, addresses and passages marked as English are no words of the page.
_READ = """() => {
  const skip = 'script, style, noscript, code, .y-code, [lang="en"], [data-verbatim]';
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest(skip)) texts.push(node.textContent);
  }
  for (const element of document.body.querySelectorAll('[placeholder], [title], [aria-label], [alt]')) {
    if (element.closest(skip)) continue;
    for (const name of ['placeholder', 'title', 'aria-label', 'alt']) texts.push(element.getAttribute(name) || '');
  }
  return texts.filter((text) => text.trim());
}"""


def latin_words(page: Page, *, allowed: frozenset[str] = LATIN_ALLOWED) -> list[str]:
    """Latin words of two letters and more that the page shows or speaks, each once; without the allowed ones."""
    texts: list[str] = page.evaluate(_READ)
    return unexpected_words(texts, allowed=allowed)


def unexpected_words(texts: list[str], *, allowed: frozenset[str] = LATIN_ALLOWED) -> list[str]:
    """The words of `latin_words` in given texts."""
    found = (word for text in texts for word in _LATIN.findall(text))
    return list(dict.fromkeys(word for word in found if word not in allowed))


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window; 0 is right."""
    width: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@dataclass
class Watch:
    """Collects what goes wrong on a page; `expected` are status codes that the test provokes on purpose."""

    page: Page
    expected: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed resource is reported by its response; a refusal of the content security policy is an error here.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # Leaving a page aborts what it was still fetching; that is no failure.
        if request.failure and "ERR_ABORTED" not in request.failure:
            self.problems.append(f"request failed: {request.url} ({request.failure})")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"status {response.status}: {response.url}")

    def verdict(self) -> None:
        """Fail the test when anything went wrong."""
        assert not self.problems, "the page is not clean:\n  " + "\n  ".join(self.problems)
