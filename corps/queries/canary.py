"""Are the keys in the environment those with which the stored values were made?"""

from django.utils.translation import gettext as _

from corps.crypto import SealBroken, blind_index, unseal
from corps.models import KeyCanary

PURPOSE = b"corps.canary"
TEXT = "canary"


def key_troubles() -> list[str]:
    """One sentence with its remedy for each key that does not fit; empty when all is well or nothing is stored yet."""
    canary = KeyCanary.objects.first()
    if canary is None:
        return []
    troubles = []
    if blind_index(TEXT, purpose=PURPOSE) != bytes(canary.index):
        troubles.append(
            _(
                "YIWU_INDEX_KEY or YIWU_INDEX_HASH is not the one with which the stored indexes were made:"
                " people would not be found and could be entered twice."
                " Put the old value back, or run `manage.py rotate_keys --reindex`."
            )
        )
    try:
        unseal(bytes(canary.sealed), purpose=PURPOSE)
    except SealBroken:
        troubles.append(
            _(
                "YIWU_DATA_KEYS does not hold the key with which stored values were sealed."
                " Add the missing key after the current one;"
                " it may go when `manage.py rotate_keys` says that nothing needs it."
            )
        )
    return troubles
