"""Forms of the equipment ledger. Each carries a token made when it is shown: pressed twice, it is one voucher."""
