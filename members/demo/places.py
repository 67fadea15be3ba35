"""Invented coordinates: places spread evenly over the rough extent of a county, WGS-84."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from corps.logic.plans import Point

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_KILOMETRE = 1 / 111.2  # degrees of latitude


@dataclass(frozen=True, slots=True)
class Extent:
    """An upright ellipse in degrees: centre and half-axes."""

    longitude: float
    latitude: float
    half_width: float
    half_height: float

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point(self.latitude, self.longitude)

    def holds(self, point: Point) -> bool:
        """Whether the point lies in the ellipse."""
        across = (point.longitude - self.longitude) / self.half_width
        up = (point.latitude - self.latitude) / self.half_height
        return across * across + up * up <= 1

    def spread(self, count: int) -> list[Extent]:
        """Divide the ellipse among `count` places: the first in the middle, the others around it like sunflower seeds.

        Each share is about as large as the ellipse divided by the count, and lies inside it.
        """
        share = 0.5 / math.sqrt(max(count, 1))
        reach = 1 - share
        shares = []
        for index in range(count):
            radius = reach * math.sqrt(index / max(count - 1, 1))
            angle = index * _GOLDEN_ANGLE
            shares.append(
                Extent(
                    longitude=self.longitude + self.half_width * radius * math.cos(angle),
                    latitude=self.latitude + self.half_height * radius * math.sin(angle),
                    half_width=self.half_width * share,
                    half_height=self.half_height * share,
                )
            )
        return shares


def near(rng: Random, point: Point, kilometres: float) -> Point:
    """Give a point at most so far away, rounded to about ten metres."""
    distance = kilometres * _KILOMETRE * math.sqrt(rng.random())
    angle = rng.uniform(0, 2 * math.pi)
    return rounded(
        Point(
            point.latitude + distance * math.sin(angle),
            point.longitude + distance * math.cos(angle) / math.cos(math.radians(point.latitude)),
        )
    )


def rounded(point: Point) -> Point:
    """Round to four decimals, about ten metres: the coordinates are invented and shall not look surveyed."""
    return Point(round(point.latitude, 4), round(point.longitude, 4))
