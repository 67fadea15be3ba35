"""Accounts, the appointments that give them roles in units, and the keys other systems use."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from corps.models.posts import DateRange
from corps.models.querysets import ScopedQuerySet
from corps.models.scope import InUnits, scope_of
from corps.models.units import Unit
from corps.permissions import Permission
from corps.roles import Role

if TYPE_CHECKING:
    from datetime import date

    from corps.actors import Actor


class AccountQuerySet(models.QuerySet["Account"]):
    """Accounts are seen by their home unit and by the units of their appointments; everybody sees the own one."""

    view_permission: ClassVar[Permission] = Permission.ACCOUNT_VIEW

    def visible_to(self, actor: "Actor", permission: Permission | None = None) -> Self:
        """Accounts with a home or an appointment, running or past, in units where `actor` may do `permission`."""
        scope = scope_of(actor, permission or self.view_permission)
        if scope.everything:
            return self.all()
        appointed = Appointment.objects.filter(InUnits("unit_id", scope.ids)).values("account_id")
        return self.filter(
            models.Q(InUnits("unit_id", scope.ids))
            | models.Q(pk__in=appointed)
            | models.Q(pk=getattr(actor, "pk", None))
        )


class AccountManager(UserManager["Account"]):
    """Django's manager of users over our queryset."""

    use_in_migrations = False

    def get_queryset(self) -> AccountQuerySet:
        return AccountQuerySet(self.model, using=self._db)

    def visible_to(self, actor: "Actor", permission: Permission | None = None) -> AccountQuerySet:
        """See `AccountQuerySet.visible_to`."""
        return self.get_queryset().visible_to(actor, permission)


class AppointmentQuerySet(ScopedQuerySet):
    """Appointments are seen by whoever sees accounts in their unit."""

    view_permission: ClassVar[Permission] = Permission.ACCOUNT_VIEW

    def running_on(self, day: "date") -> Self:
        """Those that have begun and not ended on `day`."""
        return self.filter(starts_on__lte=day).exclude(ends_on__lte=day)

    def not_over_on(self, day: "date") -> Self:
        """Running ones and those that begin later."""
        return self.exclude(ends_on__lte=day)


@tracked(exclude=["password", "last_login"])
class Account(AbstractUser):
    """Somebody who signs in. Rights come from appointments alone; a superuser is the technical administrator."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    police_number = models.CharField(_("police number"), max_length=20, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("home unit")
    )
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True)
    one_time_password = models.BooleanField(
        _("one-time password"), default=False, help_text=_("Must be changed at the first sign-in.")
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("username",)
        constraints: ClassVar = [
            # Names are looked up without regard to case at the sign-in, so they must differ in more than that.
            models.UniqueConstraint(
                Lower("username"),
                name="one_account_per_name",
                violation_error_message=_("There is an account with this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def set_password(self, raw_password: str | None) -> None:
        """Every way to set a password passes here, so its age is right whichever door was used."""
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()
        self.one_time_password = False

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class FormerPassword(models.Model):
    """A hashed password the account had; kept so that the last five are not used again."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="former_passwords", verbose_name=_("account"))
    password = models.CharField(_("password"), max_length=128)
    set_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.account} · {self.set_at:%Y-%m-%d}"


@tracked()
class Appointment(models.Model):
    """Gives an account a role in a unit and everything below it, from a day on, until (not including) another."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="appointments", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appointments", verbose_name=_("unit"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ("account", "unit", "role")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="appointment_period",
            ),
            ExclusionConstraint(
                name="one_appointment_at_a_time",
                expressions=[
                    (models.F("account"), RangeOperators.EQUAL),
                    (models.F("role"), RangeOperators.EQUAL),
                    (models.F("unit"), RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_role_display()} · {self.unit}"


@tracked(exclude=["digest", "last_used_at"])
class ApiKey(models.Model):
    """A key with which another system acts as an account. Only a digest is kept; the key is shown once."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="api_keys", verbose_name=_("account"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    digest = models.BinaryField(_("digest"), max_length=32)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name
