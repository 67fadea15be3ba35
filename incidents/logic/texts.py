"""Numbers of persons in running text: an account must not hold them, they belong to a party."""

import re
import unicodedata
from typing import Final, Literal

Found = Literal["", "identity", "phone"]

_GAP: Final = r"[ \t.·\-‐-―−]{0,2}"
# People write numbers in groups: 430405 19800101 1234, 138-1234-5678; chat programs put the country before: +86138….
_IDENTITY: Final = re.compile(rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:19|20)\d{{6}}{_GAP}\d{{3}}[\dXx](?!\d)")
_PHONE: Final = re.compile(rf"(?<!\d)(?:(?:00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)")


def personal_number_in(text: str) -> Found:
    """What kind of personal number somebody wrote into `text`: "identity", "phone", or "" for none.

    Full-width digits and the usual separators are seen through.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(plain):
        return "identity"
    return "phone" if _PHONE.search(plain) else ""
