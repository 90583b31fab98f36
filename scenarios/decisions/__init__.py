"""What to decide: which mix, which sectors, which budget, how sure one can be, and what to measure next."""
