"""Pictures lose what a camera writes beside them and stay the same pictures."""

import pytest

from duties.logic.pictures import PictureFault, clean_picture
from tests.duties.pictures import jpeg, png, webp


def test_a_jpeg_loses_place_comment_and_whatever_hangs_behind() -> None:
    clean, kind = clean_picture(jpeg(gps=True, comment=b"Zhang Wei's phone", after=jpeg(gps=True)))
    assert kind == "image/jpeg"
    assert clean == jpeg()
    assert clean_picture(clean)[0] == clean


@pytest.mark.parametrize("orientation", range(2, 9))
def test_which_way_is_up_stays(orientation: int) -> None:
    clean, _kind = clean_picture(jpeg(gps=True, orientation=orientation))
    assert b"GPS-PLACE" not in clean
    assert clean[2:4] == b"\xff\xe1"
    again, _kind = clean_picture(clean)
    assert again == clean
    assert len(clean) - len(jpeg()) < 50


def test_a_png_loses_texts_and_exif() -> None:
    clean, kind = clean_picture(png(text=b"26.9N") + b"trailing")
    assert (clean, kind) == (png(), "image/png")


def test_a_webp_loses_exif_and_says_so() -> None:
    clean, kind = clean_picture(webp(exif=b"26.9N112.6E"))
    assert kind == "image/webp"
    assert b"26.9N" not in clean
    assert clean[20] & 0x0C == 0
    assert int.from_bytes(clean[4:8], "little") + 8 == len(clean)
    assert clean_picture(webp())[0] == webp()


@pytest.mark.parametrize("picture", [jpeg(gps=True, orientation=6), png(text=b"x"), webp(exif=b"abc")])
def test_no_part_of_a_picture_is_one_or_breaks_anything(picture: bytes) -> None:
    """Every beginning of a picture is refused, unless only what hangs behind it is missing."""
    whole = clean_picture(picture)[0]
    for length in range(len(picture)):
        try:
            assert clean_picture(picture[:length])[0] == whole
        except PictureFault:
            continue


@pytest.mark.parametrize("picture", [jpeg(gps=True, orientation=6), png(text=b"x"), webp(exif=b"abc")])
def test_a_damaged_byte_breaks_nothing(picture: bytes) -> None:
    for position in range(len(picture)):
        for value in (0x00, 0xFF, picture[position] ^ 0x55):
            damaged = picture[:position] + bytes([value]) + picture[position + 1 :]
            try:
                clean_picture(damaged)
            except PictureFault:
                continue


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xff\xd8", b"RIFF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(PictureFault):
        clean_picture(content)
