"""Parts of a page that ask for themselves again: sent only when they differ from what the page has."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Part:
    """What stands inside the part, and a mark by which the page can say that it has this already."""

    html: SafeString
    mark: str

    @classmethod
    def of(cls, template: str, values: dict[str, Any]) -> "Part":
        """Render the inside of a part; it holds nothing that differs between two looks at the same state."""
        html = render_to_string(template, values)
        mark = hashlib.sha256(html.encode()).hexdigest()[:16]
        return cls(mark_safe(html), mark)  # noqa: S308 (rendered by the template engine)

    def answer(self, request: HttpRequest, template: str, values: dict[str, Any]) -> HttpResponse:
        """Nothing when the page has it; else `template` around it, which finds the part as `part`."""
        if request.GET.get("seen") == self.mark:
            return HttpResponse(status=204)
        return render(request, template, {**values, "part": self})
