"""Public reads: figures, the facts behind them, alarms."""
