"""Who acts: an account, or the system itself with a name for the trail. There is no third possibility."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from corps.models import Account


@dataclass(frozen=True, slots=True)
class SystemActor:
    """Background work without a person behind it; `name` stands in the trail."""

    name: str

    def __str__(self) -> str:
        return self.name


SYSTEM = SystemActor("system")

Actor: TypeAlias = "Account | SystemActor"
