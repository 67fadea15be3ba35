"""Writes of training: the corps' catalogue, sessions, who takes part, quizzes, results, certificates."""
