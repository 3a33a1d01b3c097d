"""Which channels the orders are owed to: removal effects of Markov chains, and Shapley values."""
