"""Takes the pages that libraries bring out of the admin site: the house has its own for rights and sign-in."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group

for model in (Group, EmailAddress, Authenticator, UserSession, AccessAttempt, AccessLog, AccessFailureLog):
    admin.site.unregister(model)
