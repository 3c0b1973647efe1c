"""Tests of what peers.py computes itself; TestPeers.java runs them."""

import unittest

from peers import first_difference, ratios


class TestFirstDifference(unittest.TestCase):
    def test_floats_may_differ_by_a_millionth(self):
        self.assertIsNone(first_difference([(1, "a", 0.25)], [(1, "a", 0.25 * (1 + 9e-7))]))
        self.assertEqual(first_difference([(1, 0.25)], [(1, 0.2500005)]), "row 1 is (1, 0.25) and (1, 0.2500005)")

    def test_all_else_must_be_equal(self):
        self.assertIsNone(first_difference([], []))
        self.assertEqual(first_difference([(1,), (2,)], [(1,)]), "2 and 1 rows")
        self.assertEqual(first_difference([(1,), (2,)], [(1,), (3,)]), "row 2 is (2,) and (3,)")
        self.assertEqual(first_difference([("a",)], [("b",)]), "row 1 is ('a',) and ('b',)")
        self.assertEqual(first_difference([(1,)], [(1, 2)]), "row 1 is (1,) and (1, 2)")

    def test_a_missing_value_is_equal_to_itself_only(self):
        self.assertIsNone(first_difference([(None,)], [(None,)]))
        self.assertEqual(first_difference([(0.0,)], [(None,)]), "row 1 is (0.0,) and (None,)")


class TestRatios(unittest.TestCase):
    def test_over_one_where_gatehouse_is_faster(self):
        questions = [{"ms": {"gatehouse": 10, "other": 5}}, {"ms": {"gatehouse": 1, "other": 8}}]
        self.assertAlmostEqual(ratios(questions, "other")["geometric_mean"], 2)
        self.assertEqual(ratios(questions, "other")["smallest"], 0.5)
        self.assertEqual(ratios(questions, "gatehouse"), {"geometric_mean": 1, "smallest": 1})


if __name__ == "__main__":
    unittest.main()
