"""Importing alarm figures from the admin: the sheet is chosen there, its page shows what would change."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stats.enums import AlarmImportState
from stats.models import AlarmFigure, AlarmImport
from stats.operations.alarms import apply_alarms
from tests.cast import Cast
from tests.stats.sheets import WIDE, workbook

pytestmark = pytest.mark.django_db


def send(client: Client, cast: Cast, unit: str, content: bytes) -> Any:
    file = SimpleUploadedFile("警情.xlsx", content)
    return client.post(reverse("admin:stats_alarmimport_upload"), {"unit": cast.units[unit].pk, "file": file})


@pytest.fixture
def officer(client: Client, cast: Cast) -> Client:
    client.force_login(cast.actor("liaison_hy"))
    return client


def test_a_sheet_is_chosen_previewed_and_taken_back(officer: Client, cast: Cast) -> None:
    listed = officer.get(reverse("admin:stats_alarmimport_changelist")).content.decode()
    assert reverse("admin:stats_alarmimport_upload") in listed
    sent = send(officer, cast, "hy", workbook({"表": WIDE}))
    made = AlarmImport.objects.get()
    assert sent["Location"] == reverse("alarm_import", args=[made.pk])
    assert made.state == AlarmImportState.READY
    assert not AlarmFigure.objects.exists()
    row = reverse("admin:stats_alarmimport_change", args=[made.pk])
    assert reverse("alarm_import", args=[made.pk]) in officer.get(row).content.decode()

    apply_alarms(actor=cast.actor("liaison_hy"), import_id=made.pk)
    assert AlarmFigure.objects.exists()
    officer.post(reverse("admin:stats_alarmimport_undo", args=[made.pk]), {"reason": "旧表"})
    assert not AlarmFigure.objects.exists()


def test_what_cannot_be_read_is_refused_beside_the_file(officer: Client, cast: Cast) -> None:
    answer = send(officer, cast, "hy", b"%PDF-1.7")
    assert answer.status_code == 200
    assert "file" in answer.context["form"].errors
    assert not AlarmImport.objects.exists()


def test_units_of_others_are_no_choice(client: Client, cast: Cast) -> None:
    client.force_login(cast.actor("liaison_sg"))
    answer = send(client, cast, "zx", workbook({"表": WIDE}))
    assert "unit" in answer.context["form"].errors
    assert not AlarmImport.objects.exists()
