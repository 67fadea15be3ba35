"""Recording and changing incidents."""

from tests.cast import Cast
from tests.incidents.log import incident


def test_recording_leaves_a_submitted_incident_with_its_log(cast: Cast) -> None:
    made = incident(cast, actor=cast.actor("captain_sg11"))
    assert made.state == "submitted"
    assert [entry.kind for entry in made.log.all()] == ["created", "submitted"]
