"""/api/v1/: the routes of all apps, their schema and its pages."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from duties.api.shifts import AttendanceViewSet, ShiftViewSet
from incidents.api.incidents import IncidentViewSet
from incidents.api.merging import DistinctionViewSet, DuplicateViewSet, MergerViewSet
from members.api.applications import ApplicationViewSet
from members.api.equipment import EquipmentKindViewSet, HoldingViewSet, StoreViewSet, VoucherViewSet
from members.api.imports import ImportViewSet
from members.api.life import MoveViewSet, ProposalViewSet, TransferViewSet
from members.api.people import MemberViewSet
from members.api.training import CertificateViewSet, CourseViewSet, TrainingSessionViewSet
from members.api.units import UnitViewSet
from stats.api.alarms import AlarmViewSet
from stats.api.results import ResultViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, basename="unit")
router.register("members", MemberViewSet, basename="member")
router.register("applications", ApplicationViewSet, basename="application")
router.register("courses", CourseViewSet, basename="course")
router.register("training-sessions", TrainingSessionViewSet, basename="training-session")
router.register("certificates", CertificateViewSet, basename="certificate")
router.register("transfers", TransferViewSet, basename="transfer")
router.register("moves", MoveViewSet, basename="move")
router.register("proposals", ProposalViewSet, basename="proposal")
router.register("duplicates", DuplicateViewSet, basename="duplicate")
router.register("mergers", MergerViewSet, basename="merger")
router.register("distinctions", DistinctionViewSet, basename="distinction")
router.register("imports", ImportViewSet, basename="import")
router.register("equipment-kinds", EquipmentKindViewSet, basename="equipment-kind")
router.register("stores", StoreViewSet, basename="store")
router.register("holdings", HoldingViewSet, basename="holding")
router.register("vouchers", VoucherViewSet, basename="voucher")
router.register("incidents", IncidentViewSet, basename="incident")
router.register("results", ResultViewSet, basename="result")
router.register("shifts", ShiftViewSet, basename="shift")
router.register("attendance", AttendanceViewSet, basename="attendance")
router.register("alarms", AlarmViewSet, basename="alarm")

# The pages of the schema draw with inline styles and data images; scripts stay strict.
DOCS_POLICY = csp_update({"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]})

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", DOCS_POLICY(SpectacularSwaggerSplitView.as_view(url_name="api:schema")), name="docs"),
]
