import numpy as np
from pictures import mask

from hwr.imaging import search, segment
from hwr.imaging.cuts import cut


def test_what_touches_is_cut_where_it_touches():
    ink = np.zeros((160, 206), np.uint8)
    for left in (30, 76):
        np.maximum(ink[30:130, left : left + 100], mask(7, 100, 24), out=ink[30:130, left : left + 100])
    row = search.find(255 - ink)
    (piece,) = row.pieces
    parts = cut(piece, row.height)
    assert len(parts) >= 2
    assert parts[0].seam == 0
    assert all(part.seam > 0 for part in parts[1:])
    whole = segment.join(parts)
    assert whole.box == piece.box
    np.testing.assert_array_equal(whole.ink, piece.ink)


def test_what_has_no_width_is_left_whole():
    piece = segment.Piece((0, 0, 4, 60), np.full((60, 4), 255, np.uint8))
    assert cut(piece, 60.0) == [piece]


def test_a_long_thin_stroke_is_left_whole():
    piece = segment.Piece((0, 0, 4, 400), np.full((400, 4), 255, np.uint8))
    assert cut(piece, 8.0) == [piece]
