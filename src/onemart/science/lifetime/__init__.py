"""Customer lifetime value: when customers buy again, what they spend, and what that is worth."""
